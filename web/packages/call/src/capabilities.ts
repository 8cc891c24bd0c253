/** What a page with connections like ours says of itself when it attaches. */
export const CAPABILITIES: readonly string[] = ["conference"];
