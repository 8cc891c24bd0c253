import { defineConfig } from "vite";

/**
 * One stable file, `widget.js`, which a website embeds, and hashed chunks beside it which
 * it fetches when they are needed. Addresses are relative: the page is somebody else's.
 */
export default defineConfig({
  base: "./",
  build: {
    outDir: "../../../gateway/static",
    emptyOutDir: false,
    copyPublicDir: false,
    target: "es2022",
    modulePreload: false,
    cssCodeSplit: true,
    rollupOptions: {
      input: "src/loader.ts",
      preserveEntrySignatures: "strict",
      output: {
        format: "es",
        entryFileNames: "widget.js",
        chunkFileNames: "widget/[name]-[hash].js",
        assetFileNames: "widget/[name]-[hash][extname]",
      },
    },
  },
});
