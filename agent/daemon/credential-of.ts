import type { GitHubClient } from "../github/github-client.ts";
import type { Credential } from "../status/agent-status.ts";

/**
 * What GitHub has said so far of the credential and its limits, as it is at `nowMs` on this machine's clock: a limit that
 * has begun anew since GitHub spoke of it is whole.
 */
export function credentialOf(github: Pick<GitHubClient, "isApp" | "stats" | "serverNowMs">, nowMs: number): Credential {
  const { rateLimits, closedUntilMs, tokenEndsAtMs } = github.stats();
  const kind = github.isApp ? "app" : "token";
  const aheadMs = nowMs - (github.serverNowMs() ?? nowMs);
  const limits = rateLimits.map((said) => {
    const resetAtMs = said.resetAtMs + aheadMs;
    return { ...said, resetAtMs, remaining: resetAtMs <= nowMs ? said.limit : said.remaining };
  });
  return { kind, limits, closedUntilMs, ...(tokenEndsAtMs === undefined ? {} : { expiresAtMs: tokenEndsAtMs }) };
}
