/** Which page an address means. */
export type Asked =
  | { readonly page: "join"; readonly token: string }
  | { readonly page: "call"; readonly site: string; readonly group: string }
  | { readonly page: "nothing" };

/** `/join#TOKEN` or `/call/SITE/GROUP`. */
export function askedFor(path: string, fragment: string): Asked {
  if (path === "/join") return { page: "join", token: fragment.replace(/^#/, "") };
  const [, call, site, group, ...more] = path.split("/");
  if (call !== "call" || !site || !group || more.length > 0) return { page: "nothing" };
  return { page: "call", site: decodeURIComponent(site), group: decodeURIComponent(group) };
}
