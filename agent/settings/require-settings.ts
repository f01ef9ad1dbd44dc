import { ConfigError } from "../../shared/fleet/config-error.ts";
import type { Secret } from "../../shared/fleet/secret.ts";
import { describeListenAddress, type ListenAddress } from "../http/listen-address.ts";
import type { AgentSettings, GitHubCredentialSettings, HttpSettings } from "./settings.ts";

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

/** What is served over HTTP, where anything is. */
export interface ServedHttp extends HttpSettings {
  readonly listen: ListenAddress;
}

/**
 * What the agent serves over HTTP; null where nothing. `taken` is where this process takes deliveries already.
 *
 * @throws {ConfigError} where a token is asked for and none is set, or where the webhook's port would be shared
 */
export function requireHttp({ http }: AgentSettings, taken: ListenAddress | null = null): ServedHttp | null {
  const { listen, token, read } = http;
  if (listen === null) return null;
  if (token === null && read === "token") {
    const remedy = "set it, or HOOKLINE_HTTP_TOKEN_FILE, to the output of openssl rand -hex 32";
    throw missing([["HOOKLINE_HTTP_TOKEN", `${remedy}; HOOKLINE_HTTP_READ=open shows everything to everybody`]]);
  }
  if (taken !== null && taken.port !== 0 && taken.port === listen.port) {
    const message = `is ${describeListenAddress(listen)}, the port of the webhook, which the internet reaches; take another port`;
    throw new ConfigError("the environment", [{ path: "HOOKLINE_HTTP", message }]);
  }
  return { ...http, listen };
}

function missing(names: readonly (readonly [string, string])[]): ConfigError {
  return new ConfigError(
    "the environment",
    names.map(([path, remedy]) => ({ path, message: `is not set; ${remedy}` })),
  );
}
