import { defineConfig } from "vite";
import { terse } from "../../terse.ts";

/**
 * One stable file, `widget.js`, which a website embeds, and hashed chunks beside it which
 * it fetches when they are needed. Addresses are relative: the page is somebody else's.
 */
export default defineConfig({
  base: "./",
  plugins: [terse()],
  build: {
    outDir: "../../../gateway/static",
    emptyOutDir: false,
    copyPublicDir: false,
    target: "es2022",
    modulePreload: false,
    // As a library: chunks have neither styles nor parts to fetch ahead, so nothing goes before an import.
    lib: { entry: "src/loader.ts", formats: ["es"] },
    rollupOptions: {
      preserveEntrySignatures: "strict",
      output: {
        minify: true,
        entryFileNames: "widget.js",
        chunkFileNames: "widget/[name]-[hash].js",
        assetFileNames: "widget/[name]-[hash][extname]",
      },
    },
  },
});
