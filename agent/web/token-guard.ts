import type { MiddlewareHandler } from "hono";

import type { Clock } from "../../shared/clock/clock.ts";
import { hasAccess } from "../../shared/edge/access.ts";
import { equalDigests } from "../http/equal-digests.ts";
import { ShownSecrets, type ShownSecret } from "../settings/shown-secrets.ts";

/** What opens a door, and how it is asked for. */
interface Door {
  readonly tokens: readonly (ShownSecret | null)[];
  /** A browser asks for a user and a password by itself, once for each realm, and sends them with event streams too. */
  readonly realm: string;
  readonly setting: string;
}

/**
 * Lets a request pass that carries one of the tokens: as a bearer, or as the password of any user, which is what a
 * browser asks for. Nobody passes while there is no token.
 */
export function tokenGuard({ tokens, realm, setting }: Door, clock: Pick<Clock, "monotonicMs">): MiddlewareHandler {
  const secrets = new ShownSecrets(tokens, clock);
  return async function checkToken(context, next) {
    const header = context.req.header("authorization") ?? null;
    const passes = await secrets.offer(
      (shown) => hasAccess(header, shown, equalDigests, true),
      (granted) => !granted,
    );
    if (passes) return next();
    const remedy = `Give the token of ${setting}: as a bearer, or as the password of any user.`;
    const challenge = `Basic realm="${realm}", charset="UTF-8"`;
    return context.json({ error: "unauthorized", remedy }, 401, { "WWW-Authenticate": challenge });
  };
}
