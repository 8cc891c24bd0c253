/** Which page an address means. */
export type Asked =
  | { readonly page: "join"; readonly token: string }
  | { readonly page: "personal"; readonly token: string }
  | { readonly page: "code"; readonly site: string }
  | { readonly page: "call"; readonly site: string; readonly group: string }
  | { readonly page: "nothing" };

/** `/join#TOKEN`, `/join` or `/join/SITE` for a code, or `/call/SITE/GROUP`. */
export function askedFor(path: string, fragment: string): Asked {
  const [, join, ofSite, ...below] = path.split("/");
  if (join === "join" && below.length === 0) {
    const token = fragment.replace(/^#/, "");
    if (token.startsWith("pl.")) return { page: "personal", token };
    if (token) return { page: "join", token };
    return { page: "code", site: decodeURIComponent(ofSite ?? "") };
  }
  const [, call, site, group, ...more] = path.split("/");
  if (call !== "call" || !site || !group || more.length > 0) return { page: "nothing" };
  return { page: "call", site: decodeURIComponent(site), group: decodeURIComponent(group) };
}
