import { Hono, type MiddlewareHandler } from "hono";

import type { Logger } from "../log/logger.ts";
import type { Freshness } from "../mailbox/freshness.ts";
import type { SecretKeys, WebhookVerifier } from "../signature/webhook-verifier.ts";
import { MailboxUnavailable } from "../receiver/mailbox-port.ts";
import { unavailableAnswer } from "../receiver/unavailable-answer.ts";
import { hasAccess, type EqualDigests } from "./access.ts";
import type { DeadLetterPage } from "./mailbox-host.ts";
import { securityHeaders } from "./security-headers.ts";

/** The mailbox as its operator sees it, in process or over RPC. */
export interface OperatorPort {
  /** `keys` name the webhook secrets that the edge takes; null while it takes none. */
  freshness(keys: SecretKeys | null): Promise<Freshness>;
  deadLetters(): Promise<DeadLetterPage>;
  /** The new sequence number, or null if no dead letter has this one. */
  requeue(seq: number): Promise<number | null>;
}

export interface OperatorRoutesOptions {
  readonly mailbox: OperatorPort;
  readonly guard: MiddlewareHandler;
  /** Null while no webhook secret is configured. */
  readonly verifier: Pick<WebhookVerifier, "keys"> | null;
  readonly log: Logger;
}

/** The app that holds all routes of an edge, with those of the operator: `/healthz`, `/freshness` and `/dead`. */
export function createOperatorApp({ mailbox, guard, verifier, log }: OperatorRoutesOptions): Hono {
  const app = new Hono();
  app.use(securityHeaders);
  app.onError((error, context) => {
    log.error("request failed", { path: context.req.path, reason: error.message });
    if (error instanceof MailboxUnavailable) return context.json(...unavailableAnswer(error));
    return context.json({ error: "internal error" }, 500);
  });
  app.get("/healthz", (context) => context.json({ ok: true }));
  app.get("/freshness", guard, async (context) => {
    return context.json(await mailbox.freshness((await verifier?.keys()) ?? null));
  });
  app.get("/dead", guard, async (context) => context.json(await mailbox.deadLetters()));
  app.post("/dead/:seq{[0-9]{1,15}}/requeue", guard, async (context) => {
    const seq = await mailbox.requeue(Number(context.req.param("seq")));
    if (seq !== null) return context.json({ status: "requeued", seq });
    return context.json({ error: "no dead letter has this number; GET /dead lists them" }, 404);
  });
  return app;
}

/** Lets a request pass that carries one of the active tokens. */
export function tokenGuard(tokens: readonly (string | undefined)[], equal: EqualDigests): MiddlewareHandler {
  return async function checkToken(context, next) {
    const granted = await hasAccess(context.req.header("authorization") ?? null, tokens, equal);
    if (granted) return next();
    return context.json({ error: "unauthorized" }, 401, { "WWW-Authenticate": "Bearer" });
  };
}
