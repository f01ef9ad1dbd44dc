import { timingSafeEqual } from "node:crypto";

import type { Hono, MiddlewareHandler } from "hono";

import { createOperatorApp, tokenGuard, type OperatorPort } from "../../shared/edge/operator-routes.ts";
import type { Clock } from "../../shared/clock/clock.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { MailboxPort } from "../../shared/receiver/mailbox-port.ts";
import { createReceiver } from "../../shared/receiver/receiver.ts";
import { systemClock } from "../clock/system-clock.ts";
import { LiveVerifier } from "./live-verifier.ts";
import { ShownSecrets, type ShownSecret } from "./shown-secrets.ts";

export interface ReceiverAppOptions {
  readonly mailbox: MailboxPort;
  /** The same mailbox as its operator sees it. */
  readonly operator: OperatorPort;
  /** The webhook's secrets: the current one, and the one before during a rotation. None refuses every delivery. */
  readonly secrets: ActiveSecrets | null;
  /** Tokens that open `/freshness` and `/dead`. */
  readonly tokens: readonly (ShownSecret | null)[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** For how often secrets' files are looked at; the machine's where it is left out. */
  readonly clock?: Pick<Clock, "monotonicMs">;
  readonly log: Logger;
}

export interface ActiveSecrets {
  readonly current: ShownSecret;
  readonly previous: ShownSecret | null;
}

/** The edge's routes and answers in this process; there is no `/link`, since the agent is in here. */
export function createReceiverApp(options: ReceiverAppOptions): Hono {
  const { mailbox, operator, secrets, tokens, now, clock = systemClock, log } = options;
  const guard = guardOf(new ShownSecrets(tokens, clock));
  const verifier =
    secrets === null ? null : new LiveVerifier(new ShownSecrets([secrets.current, secrets.previous], clock));
  const app = createOperatorApp({ mailbox: operator, guard, verifier, log });
  return app.route("/", createReceiver({ verifier, mailbox, log, now }));
}

/** Lets a request pass that carries one of the tokens as they are now. */
function guardOf(secrets: ShownSecrets): MiddlewareHandler {
  const check = (values: readonly (string | undefined)[]): MiddlewareHandler =>
    tokenGuard(values, (a, b) => timingSafeEqual(new Uint8Array(a), new Uint8Array(b)));
  return async function checkToken(context, next) {
    const values = secrets.values();
    const refusal = await check(values)(context, next);
    if (refusal === undefined || !secrets.renewed(values)) return refusal;
    return check(secrets.values())(context, next);
  };
}
