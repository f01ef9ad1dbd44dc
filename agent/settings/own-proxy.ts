import { Secret } from "../../shared/fleet/secret.ts";
import type { Environment } from "./environment.ts";

/** The proxies that this process goes by. An address may hold user and password. */
export interface OwnProxy {
  readonly https: Secret | null;
  readonly http: Secret | null;
  /** Hosts that are reached directly. */
  readonly no: string | null;
}

export const NO_PROXY: OwnProxy = { https: null, http: null, no: null };

/** As Node reads them: the lower-case name goes first. https://nodejs.org/api/http.html#built-in-proxy-support */
export function ownProxy(env: Environment): OwnProxy {
  const given = (name: string): string | null => {
    const [value = null] = [env[name.toLowerCase()], env[name]].filter((text) => text !== undefined && text !== "");
    return value ?? null;
  };
  const secret = (text: string | null): Secret | null => (text === null ? null : new Secret(text));
  return { https: secret(given("HTTPS_PROXY")), http: secret(given("HTTP_PROXY")), no: given("NO_PROXY") };
}

/** Whether anything is reached through a proxy. */
export function hasProxy({ https, http }: OwnProxy): boolean {
  return https !== null || http !== null;
}
