import type { MiddlewareHandler } from "hono";

import type { Clock } from "../../shared/clock/clock.ts";
import { hasAccess } from "../../shared/edge/access.ts";
import { equalDigests } from "../http/equal-digests.ts";
import { ShownSecrets, type ShownSecret } from "../settings/shown-secrets.ts";

/** A browser asks for a user and a password by itself, and sends them with event streams too. */
const CHALLENGE = 'Basic realm="hookline", charset="UTF-8"';

/**
 * Lets a request pass that carries the token: as a bearer, or as the password of any user, which is what a browser
 * asks for. Nobody passes while there is no token.
 */
export function readGuard(token: ShownSecret | null, clock: Pick<Clock, "monotonicMs">): MiddlewareHandler {
  const secrets = new ShownSecrets([token], clock);
  return async function checkToken(context, next) {
    const header = context.req.header("authorization") ?? null;
    const passes = await secrets.offer(
      (tokens) => hasAccess(header, tokens, equalDigests, true),
      (granted) => !granted,
    );
    if (passes) return next();
    const remedy = "Give the token of HOOKLINE_HTTP_TOKEN: as a bearer, or as the password of any user.";
    return context.json({ error: "unauthorized", remedy }, 401, { "WWW-Authenticate": CHALLENGE });
  };
}
