/**
 * The check code both ends may compare: made from the certificates that really encrypt the call.
 *
 * Whoever sat in the middle would have two certificates of their own, and the two codes differ.
 */

/**
 * Six digits in two groups, the same at both ends.
 *
 * @returns `null` while one description has no SHA-256 fingerprint.
 */
export async function checkCode(ours: string, theirs: string): Promise<string | null> {
  const prints = [fingerprint(ours), fingerprint(theirs)];
  if (prints.some((print) => print === null)) return null;
  const text = prints.sort().join(" ");
  const hash = new DataView(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const digits = String(hash.getUint32(0) % 1_000_000).padStart(6, "0");
  return `${digits.slice(0, 3)} ${digits.slice(3)}`;
}

function fingerprint(sdp: string): string | null {
  return /^a=fingerprint:sha-256 ([0-9a-f:]+)\s*$/im.exec(sdp)?.[1]?.toUpperCase() ?? null;
}
