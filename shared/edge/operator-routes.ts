import { Hono } from "hono";

import type { Logger } from "../log/logger.ts";
import type { EdgeKind, Freshness } from "../mailbox/freshness.ts";
import type { SecretKeys, WebhookVerifier } from "../signature/webhook-verifier.ts";
import { MailboxUnavailable } from "../receiver/mailbox-port.ts";
import { unavailableAnswer } from "../receiver/unavailable-answer.ts";
import type { Guards } from "./guards.ts";
import type { Health } from "./health.ts";
import type { DeadLetterPage } from "./mailbox-host.ts";
import { replayRoute, type ReplayPort } from "./replay-route.ts";
import { securityHeaders } from "./security-headers.ts";

/** The mailbox as its operator sees it, in process or over RPC. */
export interface OperatorPort extends ReplayPort {
  /** `keys` name the webhook secrets that the edge takes; null while it takes none. */
  freshness(keys: SecretKeys | null): Promise<Freshness>;
  /** What a monitor is told; signals may wait, and the agent be away, for `staleMs`. */
  health(staleMs: number): Promise<Health>;
  deadLetters(): Promise<DeadLetterPage>;
  /** The new sequence number, or null if no dead letter has this one. */
  requeue(seq: number): Promise<number | null>;
}

export interface OperatorRoutesOptions {
  readonly kind: EdgeKind;
  readonly mailbox: OperatorPort;
  readonly guards: Guards;
  /** How long signals may wait and the agent may be away before the deep health says so. */
  readonly staleMs: number;
  /** Null while no webhook secret is configured. */
  readonly verifier: Pick<WebhookVerifier, "keys"> | null;
  readonly log: Logger;
}

/** The app that holds all routes of an edge, with those of the operator: `/healthz`, `/freshness`, `/dead`, `/replay`. */
export function createOperatorApp({ kind, mailbox, guards, staleMs, verifier, log }: OperatorRoutesOptions): Hono {
  const app = new Hono();
  app.use(securityHeaders);
  app.onError((error, context) => {
    log.error("request failed", { path: context.req.path, reason: error.message });
    if (error instanceof MailboxUnavailable) return context.json(...unavailableAnswer(error));
    return context.json({ error: "internal error" }, 500);
  });
  app.get("/healthz", (context) => context.json({ ok: true }));
  app.get("/healthz/deep", guards.reader, async (context) => {
    const { reasons } = await mailbox.health(staleMs);
    const ok = reasons.length === 0;
    return context.json({ ok, reasons }, ok ? 200 : 503);
  });
  app.get("/freshness", guards.reader, async (context) => {
    return context.json({ ...(await mailbox.freshness((await verifier?.keys()) ?? null)), kind });
  });
  app.get("/dead", guards.agent, async (context) => context.json(await mailbox.deadLetters()));
  app.post("/dead/:seq{[0-9]{1,15}}/requeue", guards.agent, async (context) => {
    const seq = await mailbox.requeue(Number(context.req.param("seq")));
    if (seq !== null) return context.json({ status: "requeued", seq });
    return context.json({ error: "no dead letter has this number; GET /dead lists them" }, 404);
  });
  app.post("/replay", guards.agent, replayRoute(mailbox));
  return app;
}
