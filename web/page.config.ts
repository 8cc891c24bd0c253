import { defineConfig, type UserConfig } from "vite";

/** How a page of its own is built: into the server's static files, under its name. */
export function page(name: string): UserConfig {
  return defineConfig({
    base: `/${name}/`,
    build: {
      outDir: `../../../gateway/static/${name}`,
      emptyOutDir: true,
      target: "es2022",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: {
        output: {
          entryFileNames: "assets/[name]-[hash].js",
          chunkFileNames: "assets/[name]-[hash].js",
          assetFileNames: "assets/[name]-[hash][extname]",
        },
      },
    },
  });
}
