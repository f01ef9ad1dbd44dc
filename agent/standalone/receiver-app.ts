import type { Hono, MiddlewareHandler } from "hono";

import { tokenProblem, type EdgeTokens } from "../../shared/edge/access.ts";
import { tokenGuards, type Guards } from "../../shared/edge/guards.ts";
import { UNWELL_AFTER_MS } from "../../shared/edge/health.ts";
import { createOperatorApp, type OperatorPort } from "../../shared/edge/operator-routes.ts";
import type { Clock } from "../../shared/clock/clock.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { MailboxPort } from "../../shared/receiver/mailbox-port.ts";
import { createReceiver } from "../../shared/receiver/receiver.ts";
import { systemClock } from "../clock/system-clock.ts";
import { equalDigests } from "../http/equal-digests.ts";
import { LiveVerifier } from "./live-verifier.ts";
import { ShownSecrets, type ShownSecret } from "../settings/shown-secrets.ts";

export interface ReceiverAppOptions {
  readonly mailbox: MailboxPort;
  /** The same mailbox as its operator sees it. */
  readonly operator: OperatorPort;
  /** The webhook's secrets: the current one, and the one before during a rotation. None refuses every delivery. */
  readonly secrets: ActiveSecrets | null;
  /** The agent's tokens, which open every route. */
  readonly tokens: readonly (ShownSecret | null)[];
  /** A monitor's tokens, which open `/freshness` and `/healthz/deep` alone. */
  readonly readTokens?: readonly (ShownSecret | null)[];
  /** How long signals may wait and the agent may be away before `/healthz/deep` says so. */
  readonly staleMs?: number;
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
  const { mailbox, operator, secrets, tokens, readTokens = [], staleMs = UNWELL_AFTER_MS } = options;
  const { now, clock = systemClock, log } = options;
  const shown = new ShownSecrets([...tokens, ...readTokens], clock);
  const problem = tokenProblem(tokensOf(shown.values(), tokens.length));
  if (problem !== null) log.warn(problem);
  const guards = guardsOf(shown, tokens.length);
  const verifier =
    secrets === null ? null : new LiveVerifier(new ShownSecrets([secrets.current, secrets.previous], clock));
  const app = createOperatorApp({ kind: "standalone", mailbox: operator, guards, staleMs, verifier, log });
  return app.route("/", createReceiver({ verifier, mailbox, log, now }));
}

/** The first `agents` are the agent's, the others those of readers. */
function tokensOf(values: readonly (string | undefined)[], agents: number): EdgeTokens {
  return { agent: values.slice(0, agents), reader: values.slice(agents) };
}

/** Lets a request pass that carries one of the tokens as they are now. */
function guardsOf(secrets: ShownSecrets, agents: number): Guards {
  const live = (whose: keyof Guards): MiddlewareHandler =>
    async function checkToken(context, next) {
      return secrets.offer(
        (values) => tokenGuards(tokensOf(values, agents), equalDigests)[whose](context, next),
        (answer) => answer !== undefined,
      );
    };
  return { agent: live("agent"), reader: live("reader") };
}
