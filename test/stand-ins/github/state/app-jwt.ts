import { createVerify } from "node:crypto";

import * as z from "zod";

import type { Apps } from "./apps.ts";
import type { App } from "./model.ts";

const LONGEST_LIFE_S = 600;
/** GitHub's clock and the client's may differ by this much. */
const LEEWAY_S = 60;

const header = z.looseObject({ alg: z.literal("RS256") });
const claims = z.looseObject({
  iss: z.union([z.string(), z.number()]),
  iat: z.number(),
  exp: z.number(),
});

/** The App that signed the token, or why GitHub refuses it. */
export type JwtResult = { readonly app: App } | { readonly refused: string };

/**
 * Checks an App's JSON web token as GitHub does.
 *
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
export function verifyAppJwt(token: string, apps: Apps, nowMs: number): JwtResult {
  const [head = "", body = "", signature = ""] = token.split(".");
  const read = claims.safeParse(decoded(body));
  if (!header.safeParse(decoded(head)).success || !read.success) {
    return { refused: "A JSON web token could not be decoded" };
  }
  const { iss, iat, exp } = read.data;
  const app = apps.find(String(iss));
  if (app === null) return { refused: "Integration not found" };
  const verifier = createVerify("RSA-SHA256").update(`${head}.${body}`);
  if (!verifier.verify(app.publicKey, signature, "base64url")) {
    return { refused: "A JSON web token could not be decoded" };
  }
  const nowS = nowMs / 1000;
  if (iat > nowS + LEEWAY_S)
    return { refused: "'Issued at' claim ('iat') must be an Integer representing a time in the past" };
  if (exp <= nowS)
    return {
      refused:
        "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    };
  if (exp > nowS + LONGEST_LIFE_S + LEEWAY_S)
    return { refused: "'Expiration time' claim ('exp') is too far in the future" };
  return { app };
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as unknown;
  } catch {
    return null;
  }
}
