import type { Logger } from "../../shared/log/logger.ts";
import { systemClock } from "../clock/system-clock.ts";
import { requireGitHub } from "../settings/require-settings.ts";
import type { AgentSettings } from "../settings/settings.ts";
import type { GitHubCredential } from "./auth/credential.ts";
import type { LiveSecrets } from "../settings/live-secrets.ts";
import { GitHubClient } from "./github-client.ts";

export interface OpenGitHubOptions {
  /** How long one call may take, milliseconds; the client's own default where it is left out. */
  readonly deadlineMs?: number;
  /** The settings' secrets as they become while a daemon runs; as they are where it is left out. */
  readonly secrets?: LiveSecrets | undefined;
}

/**
 * The GitHub client that the settings describe.
 * @throws {ConfigError} if no credential is set.
 * @throws {GitHubError} if the credential cannot be one.
 */
export function githubOf(settings: AgentSettings, log: Logger, options: OpenGitHubOptions = {}): GitHubClient {
  const { deadlineMs, secrets } = options;
  return new GitHubClient({
    apiUrl: settings.githubApiUrl,
    credential: credentialOf(settings, secrets),
    clock: systemClock,
    random: Math.random,
    log,
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  });
}

function credentialOf(settings: AgentSettings, secrets: LiveSecrets | undefined): GitHubCredential {
  const credential = requireGitHub(settings);
  if (credential.kind === "token") {
    return { kind: "token", token: secrets?.get("GITHUB_TOKEN") ?? credential.token.reveal() };
  }
  const { appId, privateKey, installationId } = credential;
  const privateKeyPem = secrets?.get("GITHUB_APP_PRIVATE_KEY") ?? privateKey.reveal();
  return { kind: "app", appId, privateKeyPem, installationId: installationId ?? undefined };
}
