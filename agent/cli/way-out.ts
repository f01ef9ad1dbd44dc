import http from "node:http";
import { setDefaultAutoSelectFamilyAttemptTimeout } from "node:net";

import type { Environment } from "../settings/environment.ts";

/** Node gives an address 250 ms: a line that is slower, to a host whose first address has no route, never connects. */
const ATTEMPT_MS = 3000;

/**
 * Sets how this process gets out: three seconds for each address of a host, and `fetch` through the proxies that
 * HTTP_PROXY and HTTPS_PROXY name, less what NO_PROXY leaves out. The link has a way of its own, and the Docker Engine is
 * never asked through a proxy. Call it once, before the first call to anybody.
 *
 * https://nodejs.org/api/http.html#httpsetglobalproxyfromenvproxyenv
 * https://nodejs.org/api/net.html#netsetdefaultautoselectfamilyattempttimeoutvalue
 */
export function openWayOut(env: Environment): void {
  setDefaultAutoSelectFamilyAttemptTimeout(ATTEMPT_MS);
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];
  if (names.some((name) => (env[name] ?? "") !== "")) http.setGlobalProxyFromEnv({ ...env });
}
