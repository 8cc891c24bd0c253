/**
 * Build everything that the gateway serves into gateway/static.
 *
 * Each app writes its own part, so one alone is built by `npm run build -w packages/agent`.
 */
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const APPS = ["widget", "agent", "demo"];

await rm(new URL("../gateway/static", import.meta.url), { recursive: true, force: true });
for (const app of APPS) {
  const root = fileURLToPath(new URL(`packages/${app}`, import.meta.url));
  process.chdir(root);
  await build({ root, configFile: `${root}/vite.config.ts`, logLevel: "warn" });
  console.log(`built ${app}`);
}
