import { errorFields, messageOf } from "../errors/message-of.ts";
import { Hono, type Context } from "hono";

import type { Logger } from "../log/logger.ts";
import { SayOnce } from "../log/say-once.ts";
import { parseSignatureHeader, type SignatureProblem } from "../signature/signature-header.ts";
import type { WebhookVerifier } from "../signature/webhook-verifier.ts";
import { readSignal } from "../workflow-job/read-signal.ts";
import type { Signal } from "../workflow-job/signal.ts";
import { BodyRoom } from "./body-room.ts";
import { whyNoSignal } from "./event-of-body.ts";
import { FOREIGN_REASONS } from "./foreign-reasons.ts";
import { isJson, readDeliveryHeaders, type DeliveryHeaders } from "./delivery-headers.ts";
import { MailboxUnavailable, type DeliveryNote, type MailboxPort } from "./mailbox-port.ts";
import { NoteThrottle, type SignedDelivery } from "./note-throttle.ts";
import { MAX_BODY_BYTES, readBody, type BodyTrouble } from "./read-body.ts";
import { RefusalLog, type RefusalReason } from "./refusal-log.ts";
import { ReplayBound } from "./replay-bound.ts";
import { unavailableAnswer } from "./unavailable-answer.ts";

/** GitHub sends a delivery at once and gives up after ten seconds; ours is answered before, storing included. */
const REQUEST_MS = 8000;
const realDeadline = (): AbortSignal => AbortSignal.timeout(REQUEST_MS);

/** What whoever delivers is asked to wait while others fill the room for bodies. */
const CROWDED_SECONDS = 10;

const STATUS = {
  headers: 400,
  "content type": 415,
  "body too large": 413,
  "body in crumbs": 413,
  "body too slow": 408,
  "body gave way to others": 503,
  "body broken off": 400,
} as const satisfies Partial<Record<RefusalReason, number>>;
type TurnedAway = keyof typeof STATUS;

const UNREAD: Readonly<Record<BodyTrouble, { readonly reason: TurnedAway; readonly text: string }>> = {
  "too-large": { reason: "body too large", text: "body larger than 1 MiB" },
  "in-crumbs": { reason: "body in crumbs", text: "the body came in more than 2,048 pieces" },
  "too-slow": { reason: "body too slow", text: "the body took longer than 8 s" },
  crowded: { reason: "body gave way to others", text: "too many bodies are under way; deliver it again" },
  "broken-off": { reason: "body broken off", text: "the body broke off" },
};

export interface ReceiverOptions {
  /** Null while no webhook secret is configured: then every delivery is refused with a 500. */
  readonly verifier: Pick<WebhookVerifier, "verify"> | null;
  readonly mailbox: MailboxPort;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Lets a note for freshness go on behind the answer; without it the answer waits for it. */
  readonly later?: (context: Context, work: Promise<void>) => void;
  /** Makes a request's deadline, eight seconds from now unless a test says otherwise. */
  readonly deadline?: () => AbortSignal;
}

/**
 * The Hono app that takes deliveries at `POST /webhook`. It answers 2xx only for what is durable in the mailbox
 * or is none of our business; whatever could not be stored gets a 5xx, so that GitHub shows the delivery red.
 *
 * https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks
 */
export function createReceiver(options: ReceiverOptions): Hono {
  const receiver = new Receiver(options);
  const app = new Hono();
  app.post("/webhook", (context) => receiver.receive(context));
  app.all("/webhook", (context) => context.json({ error: "POST only" }, 405, { Allow: "POST" }));
  return app;
}

/** A delivery whose body is proven. */
interface Delivery extends DeliveryHeaders, SignedDelivery {
  /** The signature, which is the body's own. */
  readonly mac: string;
  /** Aborted when GitHub will not wait for much longer. */
  readonly deadline: AbortSignal;
}

type Answer = Response | Promise<Response>;

class Receiver {
  readonly #options: ReceiverOptions;
  readonly #throttle = new NoteThrottle();
  readonly #replays = new ReplayBound();
  readonly #room = new BodyRoom();
  readonly #refusals: RefusalLog;
  readonly #said: SayOnce;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#refusals = new RefusalLog(options.log);
    this.#said = new SayOnce(options.log);
  }

  async receive(context: Context): Promise<Response> {
    const { verifier, now } = this.#options;
    if (verifier === null) {
      const remedy = "set GITHUB_WEBHOOK_SECRET";
      this.#said.say("error", "secret", "no webhook secret is configured; every delivery is refused", { remedy });
      return context.json({ error: "not configured" }, 500);
    }
    const receivedAtMs = now();
    const deadline = (this.#options.deadline ?? realDeadline)();
    const request = context.req.raw;
    // What the headers can refuse is refused before a byte of the body is read: a stranger must not fill the memory.
    const signature = request.headers.get("x-hub-signature-256");
    const mac = parseSignatureHeader(signature);
    if (typeof mac === "string") return this.#refuse(context, mac, receivedAtMs);
    const headers = readDeliveryHeaders(request.headers);
    if ("problem" in headers) return this.#turnAway(context, "headers", headers.problem, receivedAtMs);
    if (!isJson(request.headers)) {
      return this.#turnAway(context, "content type", "set the hook's content type to application/json", receivedAtMs);
    }
    const held = this.#room.enter(MAX_BODY_BYTES);
    try {
      const body = await readBody(request, held, deadline);
      if (typeof body === "string") return this.#unread(context, body, receivedAtMs);
      const verdict = await verifier.verify(body, signature);
      held.leave();
      if (!verdict.ok) return await this.#refuse(context, verdict.problem, receivedAtMs);
      const { secret: matched, key } = verdict;
      const delivery = { ...headers, mac: signature ?? "", matched, key, receivedAtMs, deadline };
      return await this.#signed(context, delivery, body);
    } finally {
      held.leave();
    }
  }

  #unread(context: Context, trouble: BodyTrouble, nowMs: number): Response {
    if (trouble === "crowded") context.header("Retry-After", String(CROWDED_SECONDS));
    const { reason, text } = UNREAD[trouble];
    return this.#turnAway(context, reason, text, nowMs);
  }

  #turnAway(context: Context, reason: TurnedAway, error: string, nowMs: number): Response {
    const status = STATUS[reason];
    this.#refusals.refused(reason, status, nowMs);
    return context.json({ error }, status);
  }

  /** The body is proven to come from GitHub; the headers are not. */
  #signed(context: Context, delivery: Delivery, body: Uint8Array): Answer {
    const parsed = parseJson(body);
    if (parsed === undefined) return context.json({ error: "the body is no JSON" }, 400);
    const { event, guid, hookId, receivedAtMs } = delivery;
    const reason = whyNoSignal(event, parsed);
    if (reason !== null) return this.#noted(context, reason === "ping" ? "ping" : "ignored", reason, delivery);
    const read = readSignal(parsed, { guid, hookId, receivedAtMs });
    if (!read.ok) {
      this.#options.log.error("workflow_job unreadable", { guid, reason: read.problem });
      return context.json({ error: `unreadable workflow_job: ${read.problem}` }, 400);
    }
    if (!this.#replays.admitsSignal(delivery.mac, { guid, hookId }, receivedAtMs)) return this.#replayed(context, guid);
    return this.#store(context, read.signal, delivery);
  }

  #replayed(context: Context, guid: string): Response {
    const remedy = "somebody sends one delivery again and again: change the webhook secret";
    this.#said.say("warn", "replay", "one body under many GUIDs; not stored", { remedy });
    this.#options.log.debug("replay", { guid });
    return context.json({ status: "ignored", reason: "duplicate body" }, 202);
  }

  async #store(context: Context, signal: Signal, { matched, key, deadline }: Delivery): Promise<Response> {
    const kind = `${signal.hookId ?? ""} ${key} ${foreignKey(signal)}`;
    const known = this.#throttle.turnedAway(kind, signal.receivedAtMs);
    if (known !== null) return context.json({ status: "ignored", reason: FOREIGN_REASONS[known] }, 202);
    try {
      const outcome = await this.#options.mailbox.accept(signal, matched, key, deadline);
      if (outcome.kind !== "foreign") return context.json({ status: outcome.kind, seq: outcome.seq }, 202);
      this.#throttle.turnAway(kind, outcome.reason, signal.receivedAtMs);
      return context.json({ status: "ignored", reason: FOREIGN_REASONS[outcome.reason] }, 202);
    } catch (error) {
      return this.#unavailable(context, signal.guid, error);
    }
  }

  #unavailable(context: Context, guid: string, error: unknown): Response {
    const reason = messageOf(error);
    this.#options.log.error("delivery not stored; GitHub shows it red and it can be redelivered", { guid, reason });
    const why = error instanceof MailboxUnavailable ? error : new MailboxUnavailable(reason, 10, { cause: error });
    return context.json(...unavailableAnswer(why));
  }

  async #refuse(context: Context, problem: SignatureProblem, nowMs: number): Promise<Response> {
    this.#refusals.refused(`signature ${problem}`, 401, nowMs);
    const likeGitHub = !("problem" in readDeliveryHeaders(context.req.raw.headers));
    await this.#noteLater(context, this.#throttle.rejected(problem, likeGitHub, nowMs));
    return context.json({ error: "invalid signature" }, 401);
  }

  async #noted(context: Context, kind: "ping" | "ignored", reason: string, delivery: Delivery): Promise<Response> {
    const { mac, receivedAtMs } = delivery;
    const note = this.#throttle.signed(kind, delivery);
    if (note !== null && this.#replays.admitsNote(mac, receivedAtMs)) await this.#noteLater(context, note);
    return context.json({ status: kind, reason }, 202);
  }

  /** GitHub waits ten seconds for its answer, and a mailbox that hangs must not use them up. */
  async #noteLater(context: Context, note: DeliveryNote | null): Promise<void> {
    const noted = this.#note(note);
    if (this.#options.later === undefined) await noted;
    else this.#options.later(context, noted);
  }

  /** Notes only feed freshness: a mailbox that cannot take one must not turn the answer red. */
  async #note(note: DeliveryNote | null): Promise<void> {
    if (note === null) return;
    try {
      await this.#options.mailbox.note(note);
    } catch (error) {
      this.#options.log.warn("freshness note lost", { kind: note.kind, ...errorFields(error) });
    }
  }
}

function foreignKey(signal: Signal): string {
  return `${signal.repository} ${signal.labels.toSorted().join(",")}`.toLowerCase();
}

/** The parsed body, or undefined. A byte order mark is dropped; a byte that is no UTF-8 spoils one character, not the job. */
function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as unknown;
  } catch {
    return undefined;
  }
}
