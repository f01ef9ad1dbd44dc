import { timingSafeEqual } from "node:crypto";

import type { Hono } from "hono";

import type { Secret } from "../../shared/fleet/secret.ts";
import { createOperatorApp, tokenGuard, type OperatorPort } from "../../shared/edge/operator-routes.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { MailboxPort } from "../../shared/receiver/mailbox-port.ts";
import { createReceiver } from "../../shared/receiver/receiver.ts";
import { WebhookVerifier } from "../../shared/signature/webhook-verifier.ts";

export interface ReceiverAppOptions {
  readonly mailbox: MailboxPort;
  /** The same mailbox as its operator sees it. */
  readonly operator: OperatorPort;
  /** The webhook's secrets: the current one, and the one before during a rotation. None refuses every delivery. */
  readonly secrets: ActiveSecrets | null;
  /** Tokens that open `/freshness` and `/dead`. */
  readonly tokens: readonly (Secret | null)[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Logger;
}

export interface ActiveSecrets {
  readonly current: Secret;
  readonly previous: Secret | null;
}

/** The edge's routes and answers in this process; there is no `/link`, since the agent is in here. */
export function createReceiverApp({ mailbox, operator, secrets, tokens, now, log }: ReceiverAppOptions): Hono {
  const active = tokens.map((token) => token?.reveal());
  const guard = tokenGuard(active, (a, b) => timingSafeEqual(new Uint8Array(a), new Uint8Array(b)));
  const verifier = secrets === null ? null : verifierOf(secrets);
  const app = createOperatorApp({ mailbox: operator, guard, verifier, log });
  return app.route("/", createReceiver({ verifier, mailbox, log, now }));
}

function verifierOf({ current, previous }: ActiveSecrets): WebhookVerifier {
  return new WebhookVerifier({ current: current.reveal(), previous: previous?.reveal() });
}
