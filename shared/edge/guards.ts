import type { MiddlewareHandler } from "hono";

import { hasAccess, type EdgeTokens, type EqualDigests } from "./access.ts";

/** Who may pass where. */
export interface Guards {
  /** The agent: it links, and changes what is stored. */
  readonly agent: MiddlewareHandler;
  /** Whoever may read: the agent, and a monitor that has a token of its own. */
  readonly reader: MiddlewareHandler;
}

/** Lets requests pass that carry an active token; any other gets a 401 before anything is woken. */
export function tokenGuards({ agent, reader }: EdgeTokens, equal: EqualDigests): Guards {
  return {
    agent: guard((header) => hasAccess(header, agent, equal), "Bearer"),
    reader: guard(
      (header) => hasAccess(header, [...agent, ...reader], equal, true),
      'Bearer, Basic realm="hookline", charset="UTF-8"',
    ),
  };
}

function guard(check: (header: string | null) => Promise<boolean>, challenge: string): MiddlewareHandler {
  return async function checkToken(context, next) {
    if (await check(context.req.header("authorization") ?? null)) return next();
    return context.json({ error: "unauthorized" }, 401, { "WWW-Authenticate": challenge });
  };
}
