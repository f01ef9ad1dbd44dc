import { isIP } from "node:net";

import type { MiddlewareHandler } from "hono";

/**
 * Refuses a request that was sent to a name that is not ours. A page of somebody else's can have its own name resolve to
 * an address at home, and would be let in by the browser as if it were ours; such a request carries the other name.
 * https://developer.mozilla.org/en-US/docs/Web/Security/Attacks/DNS_rebinding
 */
export function hostGuard(hosts: readonly string[]): MiddlewareHandler {
  return async function checkHost(context, next) {
    const host = hostOf(context.req.header("host") ?? "");
    if (host !== null && (isIP(host) !== 0 || host === "localhost" || hosts.includes(host))) return next();
    const remedy = "Ask by an address of this machine, or put the name into HOOKLINE_HTTP_HOSTS.";
    return context.json({ error: "this name is not known here", remedy }, 421);
  };
}

/** The host of a Host header in lower case, without port and brackets; null for what is none. */
function hostOf(header: string): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(header);
  return (match?.[1] ?? match?.[2])?.toLowerCase() ?? null;
}
