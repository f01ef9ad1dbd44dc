import { Hono, type MiddlewareHandler } from "hono";

import { SUBPROTOCOL } from "../shared/link/protocol.ts";
import { createReceiver } from "../shared/receiver/receiver.ts";
import { WebhookVerifier } from "../shared/signature/webhook-verifier.ts";
import { hasAccess } from "./access.ts";
import { edgeLogger } from "./log.ts";
import { MailboxClient } from "./mailbox-client.ts";
import { securityHeaders } from "./security-headers.ts";
import { readSettings, type Settings } from "./settings.ts";

/** The Worker's routes. Nothing behind a token or a signature wakes the Durable Object before it was checked. */
export function createApp(env: Env): Hono {
  const { settings, problems } = readSettings(env);
  const log = edgeLogger(settings.LOG_LEVEL);
  for (const problem of problems) log.error("setting ignored", { problem });
  const stub = () => env.MAILBOX.getByName(settings.HOOKLINE_FLEET);
  const app = new Hono();
  app.use(securityHeaders);
  app.onError((error, context) => {
    log.error("request failed", { path: context.req.path, reason: error.message });
    return context.json({ error: "internal error" }, 500);
  });
  app.get("/healthz", (context) => context.json({ ok: true }));
  app.get("/freshness", requireToken(settings), async (context) => context.json(await stub().freshness()));
  app.get("/dead", requireToken(settings), async (context) => context.json(await stub().deadLetters()));
  app.post("/dead/:seq{[0-9]{1,15}}/requeue", requireToken(settings), async (context) => {
    const seq = await stub().requeue(Number(context.req.param("seq")));
    if (seq !== null) return context.json({ status: "requeued", seq });
    return context.json({ error: "no dead letter has this number; GET /dead lists them" }, 404);
  });
  app.get("/link", requireToken(settings), async (context) => {
    const refusal = upgradeProblem(context.req.raw.headers);
    if (refusal !== null) return context.json({ error: refusal }, 426, { Upgrade: "websocket" });
    return stub().fetch(context.req.raw);
  });
  const verifier = verifierOf(settings);
  const mailbox = new MailboxClient(stub, log);
  app.route("/", createReceiver({ verifier, mailbox, log, now: Date.now }));
  return app;
}

function requireToken(settings: Settings): MiddlewareHandler {
  const tokens = [settings.HOOKLINE_TOKEN, settings.HOOKLINE_TOKEN_PREVIOUS];
  return async function tokenGuard(context, next) {
    const granted = await hasAccess(context.req.header("authorization") ?? null, tokens);
    if (granted) return next();
    return context.json({ error: "unauthorized" }, 401, { "WWW-Authenticate": "Bearer" });
  };
}

function upgradeProblem(headers: Headers): string | null {
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") return "this route is a websocket";
  const offered = (headers.get("sec-websocket-protocol") ?? "").split(",").map((name) => name.trim());
  return offered.includes(SUBPROTOCOL) ? null : `the subprotocol must be ${SUBPROTOCOL}`;
}

function verifierOf(settings: Settings): WebhookVerifier | null {
  const current = settings.GITHUB_WEBHOOK_SECRET;
  if (current === undefined) return null;
  return new WebhookVerifier({ current, previous: settings.GITHUB_WEBHOOK_SECRET_PREVIOUS });
}
