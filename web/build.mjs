/**
 * Build everything that the gateway serves into gateway/static.
 *
 * Each app writes its own part, so one alone is built by `npm run build -w packages/agent`.
 */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const APPS = ["widget", "agent", "supervisor", "demo", "hosted"];
const STATIC = new URL("../gateway/static/", import.meta.url);

await rm(STATIC, { recursive: true, force: true });
for (const app of APPS) {
  const root = fileURLToPath(new URL(`packages/${app}`, import.meta.url));
  process.chdir(root);
  await build({ root, configFile: `${root}/vite.config.ts`, logLevel: "warn" });
  console.log(`built ${app}`);
}
for (const name of (await readdir(STATIC, { recursive: true }))
  .filter((file) => file.endsWith(".js"))
  .sort()) {
  const { length } = gzipSync(await readFile(new URL(name, STATIC)));
  console.log(`${(length / 1000).toFixed(1).padStart(7)} kB gzip  ${name}`);
}
// The same under a name that never means anything else: websites pin it with its checksum.
const program = await readFile(new URL("../pyproject.toml", import.meta.url), "utf8");
const version = /^version = "(.+)"$/m.exec(program)[1];
const loader = await readFile(new URL("widget.js", STATIC), "utf8");
await writeFile(new URL(`widget/${version}.js`, STATIC), loader.replaceAll("./widget/", "./"));

await writeFile(new URL("licenses.txt", STATIC), await licenses());

/** The licences of what ends up in the browser: others' work keeps its terms when we bundle it. */
async function licenses() {
  const lock = JSON.parse(await readFile(new URL("package-lock.json", import.meta.url), "utf8"));
  const texts = [];
  for (const [path, { dev, link, version, license }] of Object.entries(lock.packages)) {
    if (dev || link || !path.startsWith("node_modules/")) continue;
    const directory = new URL(`${path}/`, import.meta.url);
    const files = (await readdir(directory)).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name));
    const bodies = await Promise.all(files.map((name) => readFile(new URL(name, directory), "utf8")));
    const name = path.replace("node_modules/", "");
    texts.push(
      [`${name} ${version}${license ? ` (${license})` : ""}`, ...bodies.map((body) => body.trim())].join(
        "\n\n",
      ),
    );
  }
  return `${texts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}
