import { ConfigError } from "../../shared/fleet/config-error.ts";
import type { Secret } from "../../shared/fleet/secret.ts";
import type { AgentSettings, GitHubCredentialSettings } from "./settings.ts";

/**
 * The edge and the token for it.
 *
 * @throws {ConfigError} naming each variable that is missing
 */
export function requireEdge({ edgeUrl, token }: AgentSettings): { readonly url: string; readonly token: Secret } {
  if (edgeUrl !== null && token !== null) return { url: edgeUrl, token };
  throw missing([
    ...(edgeUrl === null ? [["HOOKLINE_EDGE_URL", "set it to the address of the deployed Worker"] as const] : []),
    ...(token === null
      ? [["HOOKLINE_TOKEN", "set it, or HOOKLINE_TOKEN_FILE, to the token that the Worker was given"] as const]
      : []),
  ]);
}

/** @throws {ConfigError} when neither a token nor an App is set */
export function requireGitHub({ github }: AgentSettings): GitHubCredentialSettings {
  if (github !== null) return github;
  throw missing([
    [
      "GITHUB_TOKEN",
      "set it, or GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY; a secret may stand in a file named by …_FILE",
    ],
  ]);
}

/** @throws {ConfigError} when no secret of the webhook is set */
export function requireWebhookSecret({ webhookSecret }: AgentSettings): Secret {
  if (webhookSecret !== null) return webhookSecret;
  throw missing([
    ["GITHUB_WEBHOOK_SECRET", "set it, or GITHUB_WEBHOOK_SECRET_FILE, to the secret in the settings of the webhook"],
  ]);
}

function missing(names: readonly (readonly [string, string])[]): ConfigError {
  return new ConfigError(
    "the environment",
    names.map(([path, remedy]) => ({ path, message: `is not set; ${remedy}` })),
  );
}
