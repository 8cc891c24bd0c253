import { defineConfig } from "vitest/config";

// A test that needs a document says so in its first line: // @vitest-environment happy-dom
export default defineConfig({
  test: {
    include: ["packages/*/src/**/*.test.ts"],
    environment: "node",
    allowOnly: false,
    testTimeout: 10_000,
    sequence: { shuffle: true },
    // Tests run Lit's development build, which says so every time.
    onConsoleLog: (log) => !log.includes("Lit is in dev mode"),
  },
});
