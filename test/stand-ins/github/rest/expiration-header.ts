import type { Principal } from "./principal.ts";

/** The header in which GitHub says when a token ends; tokens without an end have none. */
export function expirationHeader(principal: Principal): Record<string, string> {
  if (principal.kind !== "personal" || principal.token.endsAtMs === null) return {};
  const text = new Date(principal.token.endsAtMs).toISOString().replace("T", " ").slice(0, 19);
  return { "github-authentication-token-expiration": `${text} UTC` };
}
