const BEARER = /^Bearer ([\x21-\x7e]{1,512})$/;

/** Whether two digests of the same length are equal, in constant time. Each runtime has its own. */
export type EqualDigests = (a: ArrayBuffer, b: ArrayBuffer) => boolean;

/**
 * Whether an `Authorization` header carries an active token. Both tokens are compared in every case, as SHA-256
 * digests, in constant time. False while no token is configured.
 * https://developers.cloudflare.com/workers/runtime-apis/web-crypto/#timingsafeequal
 */
export async function hasAccess(
  header: string | null,
  tokens: readonly (string | undefined)[],
  equal: EqualDigests,
): Promise<boolean> {
  const given = BEARER.exec(header ?? "")?.[1];
  if (given === undefined) return false;
  const digest = await sha256(given);
  let granted = false;
  for (const token of tokens) {
    if (token === undefined) continue;
    if (equal(digest, await sha256(token))) granted = true;
  }
  return granted;
}

function sha256(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}
