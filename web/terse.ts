/** Makes the styles and the markup inside of scripts as short as their authors need not write them. */
import type { Plugin } from "vite";

const TEMPLATE = /\b(css|html)`((?:[^`\\$]|\\.|\$(?!\{)|\$\{(?:[^{}`]|\{[^{}]*\}|`[^`]*`)*\})*)`/g;

/** A plugin for what strangers' pages load. Nested templates are left as they are; they are matched by themselves. */
export function terse(): Plugin {
  return {
    name: "terse",
    enforce: "pre",
    transform(code, id) {
      if (!/\/packages\/[^?]*\.ts$/.test(id) || !/\b(css|html)`/.test(code)) return null;
      return { code: shorten(code), map: null };
    },
  };
}

/** Shorten every template of a script. */
export function shorten(code: string): string {
  return code.replace(TEMPLATE, (_whole, tag: string, body: string) =>
    tag === "css" ? `css\`${shortCss(body)}\`` : `html\`${shortHtml(body)}\``,
  );
}

/** Lines are broken where it reads well, which is where no words meet. */
function shortHtml(body: string): string {
  return body
    .replace(/\s*\n\s*/g, "\n")
    .replace(/>\n/g, ">")
    .replace(/\n</g, "<")
    .trim();
}

function shortCss(body: string): string {
  return body
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{};,]) ?/g, "$1")
    .replace(/: /g, ":")
    .replace(/;}/g, "}")
    .trim();
}
