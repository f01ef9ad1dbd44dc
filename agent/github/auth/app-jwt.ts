import type { KeyObject } from "node:crypto";

/** GitHub allows ten minutes from its own clock; one is left for a clock that runs ahead. */
const LIFETIME_SECONDS = 9 * 60;
/** Keeps the token valid where this machine's clock runs ahead of GitHub's. */
const BACKDATED_SECONDS = 60;

/**
 * A JWT that speaks for the App itself, RS256, valid for nine minutes from `nowMs`, by GitHub's clock where it is known.
 *
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
export async function appJwt(appId: string | number, key: KeyObject, nowMs: number): Promise<string> {
  // Loaded when an App speaks: an agent with a token never does.
  const { SignJWT } = await import("jose");
  const nowSeconds = Math.floor(nowMs / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: "RS256", typ: "JWT" })
    .setIssuer(String(appId))
    .setIssuedAt(nowSeconds - BACKDATED_SECONDS)
    .setExpirationTime(nowSeconds + LIFETIME_SECONDS)
    .sign(key);
}
