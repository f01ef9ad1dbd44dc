import type { Logger } from "../../shared/log/logger.ts";
import { systemClock } from "../clock/system-clock.ts";
import { requireGitHub } from "../settings/require-settings.ts";
import type { AgentSettings } from "../settings/settings.ts";
import type { GitHubCredential } from "./auth/credential.ts";
import { GitHubClient } from "./github-client.ts";

/**
 * The GitHub client that the settings describe. One call may take `deadlineMs`, its own default where it is left out.
 * @throws {ConfigError} if no credential is set.
 * @throws {GitHubError} if the credential cannot be one.
 */
export function githubOf(settings: AgentSettings, log: Logger, deadlineMs?: number): GitHubClient {
  return new GitHubClient({
    apiUrl: settings.githubApiUrl,
    credential: credentialOf(settings),
    clock: systemClock,
    random: Math.random,
    log,
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  });
}

function credentialOf(settings: AgentSettings): GitHubCredential {
  const credential = requireGitHub(settings);
  if (credential.kind === "token") return { kind: "token", token: credential.token.reveal() };
  const { appId, privateKey, installationId } = credential;
  return { kind: "app", appId, privateKeyPem: privateKey.reveal(), installationId: installationId ?? undefined };
}
