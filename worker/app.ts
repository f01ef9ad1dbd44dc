import type { Context, Hono } from "hono";

import { tokenProblem } from "../shared/edge/access.ts";
import { tokenGuards } from "../shared/edge/guards.ts";
import { createOperatorApp } from "../shared/edge/operator-routes.ts";
import { SUBPROTOCOL } from "../shared/link/protocol.ts";
import type { ReplayRequest } from "../shared/mailbox/replay.ts";
import { createReceiver } from "../shared/receiver/receiver.ts";
import { WebhookVerifier, type SecretKeys } from "../shared/signature/webhook-verifier.ts";
import { edgeLogger } from "./log.ts";
import { MailboxClient, unavailable } from "./mailbox-client.ts";
import { readEdgeSettings, type Settings } from "./settings.ts";

/** The Worker's routes. Nothing behind a token or a signature wakes the Durable Object before it was checked. */
export function createApp(env: Env): Hono {
  const { settings, problems } = readEdgeSettings(env);
  const log = edgeLogger(settings.LOG_LEVEL);
  for (const problem of problems)
    log.error("setting ignored", { problem, remedy: "correct it in wrangler.toml and deploy" });
  const near = settings.HOOKLINE_LOCATION === undefined ? {} : { locationHint: settings.HOOKLINE_LOCATION };
  const stub = () => env.MAILBOX.getByName(settings.HOOKLINE_FLEET, near);
  const tokens = {
    agent: [settings.HOOKLINE_TOKEN, settings.HOOKLINE_TOKEN_PREVIOUS],
    reader: [settings.HOOKLINE_READ_TOKEN, settings.HOOKLINE_READ_TOKEN_PREVIOUS],
  };
  const problem = tokenProblem(tokens);
  if (problem !== null) log.warn(problem);
  const guards = tokenGuards(tokens, (a, b) => crypto.subtle.timingSafeEqual(a, b));
  const operator = {
    freshness: (keys: SecretKeys | null) =>
      asked(async () => ({ ...(await stub().freshness(keys)), settingProblems: [...problems] })),
    health: (staleMs: number) => asked(async () => stub().health(staleMs)),
    deadLetters: () => asked(async () => stub().deadLetters()),
    requeue: (seq: number) => asked(async () => stub().requeue(seq)),
    replaySince: (request: ReplayRequest) => asked(async () => stub().replaySince(request)),
    replayGuid: (guid: string, dryRun: boolean) => asked(async () => stub().replayGuid(guid, dryRun)),
  };
  const verifier = verifierOf(settings);
  const staleMs = settings.HOOKLINE_STALE_MINUTES * 60_000;
  const app = createOperatorApp({ kind: "worker", mailbox: operator, guards, staleMs, verifier, log });
  app.get("/link", guards.agent, async (context) => {
    const refusal = upgradeProblem(context.req.raw.headers);
    if (refusal !== null) return context.json({ error: refusal }, 426, { Upgrade: "websocket" });
    return stub().fetch(context.req.raw);
  });
  const mailbox = new MailboxClient(stub, log);
  app.route("/", createReceiver({ verifier, mailbox, log, now: Date.now, later }));
  return app;
}

/** What the object throws arrives without its class. @throws {MailboxUnavailable} with its reason. */
async function asked<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw unavailable(error);
  }
}

/** https://developers.cloudflare.com/workers/runtime-apis/context/#waituntil */
function later(context: Context, work: Promise<void>): void {
  context.executionCtx.waitUntil(work);
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
