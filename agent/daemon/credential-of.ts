import type { GitHubClient } from "../github/github-client.ts";
import type { Credential } from "../status/agent-status.ts";

/** What GitHub has said so far of the credential and its limits. */
export function credentialOf(github: Pick<GitHubClient, "isApp" | "stats">): Credential {
  const { rateLimits, closedUntilMs, tokenEndsAtMs } = github.stats();
  const kind = github.isApp ? "app" : "token";
  const limits = rateLimits.map((limit) => ({ ...limit }));
  return { kind, limits, closedUntilMs, ...(tokenEndsAtMs === undefined ? {} : { expiresAtMs: tokenEndsAtMs }) };
}
