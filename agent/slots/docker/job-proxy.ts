import type { Secret } from "../../../shared/fleet/secret.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import { hasProxy, type OwnProxy } from "../../settings/own-proxy.ts";
import type { LeftOut } from "./container-limits.ts";

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i;

/**
 * The variables that hand the agent's way out to a pool's jobs: both spellings of each, because tools read one or the
 * other. User and password stay here unless the pool asks for them.
 * https://docs.github.com/en/actions/how-tos/manage-runners/self-hosted-runners/use-proxy-servers
 */
export function proxyVariables({ container }: Pool, { https, http, no }: OwnProxy): readonly string[] {
  const { proxy, env } = container;
  if (proxy === "none") return [];
  const address = (secret: Secret | null): string | null => {
    const text = secret?.reveal() ?? null;
    return text === null || proxy === "inherit-with-credentials" ? text : withoutCredentials(text);
  };
  const values = [
    ["https_proxy", address(https)],
    ["http_proxy", address(http)],
    ["no_proxy", no],
  ] as const;
  return values
    .flatMap(([name, value]) => (value === null ? [] : [[name, value] as const, [name.toUpperCase(), value] as const]))
    .filter(([name]) => !(name in env))
    .map(([name, value]) => `${name}=${value}`);
}

/** Where a pool's jobs will not have the way out that it asks for, or not all of it. */
export function proxyLeftOut(pool: Pool, own: OwnProxy): readonly LeftOut[] {
  const { proxy } = pool.container;
  if (proxy === "none") return [];
  const say = (reason: string): LeftOut => ({ setting: "proxy", reason });
  if (!hasProxy(own)) return [say("the agent itself has no proxy (HTTPS_PROXY, HTTP_PROXY), so jobs get none")];
  const addresses = [own.https, own.http].flatMap((secret) => secret?.reveal() ?? []);
  const isLoopback = addresses.some((text) => LOOPBACK.test(hostOf(text)));
  const keepsBack = proxy === "inherit" && addresses.some((text) => withoutCredentials(text) !== text);
  return [
    ...(isLoopback && pool.network !== "host"
      ? [
          say(
            "the agent's proxy is on this machine's loopback address, where no container reaches it; name it by the machine's own address",
          ),
        ]
      : []),
    ...(keepsBack
      ? [say("the proxy's credentials are not handed to jobs; inherit-with-credentials hands them to each")]
      : []),
  ];
}

/** A password may hold anything, unescaped too: everything before the last @ goes, but for the scheme. */
function withoutCredentials(text: string): string {
  const [scheme = ""] = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text) ?? [];
  return text.includes("@") ? scheme + text.slice(text.lastIndexOf("@") + 1) : text;
}

function hostOf(text: string): string {
  const bare = withoutCredentials(text).replace(/^[a-z][a-z0-9+.-]*:\/\//i, "");
  const [host = ""] = /^(?:\[[^\]]*\]|[^:/]*)/.exec(bare) ?? [];
  return host;
}
