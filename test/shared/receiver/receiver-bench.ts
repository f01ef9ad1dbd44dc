import type { Logger } from "../../../shared/log/logger.ts";
import type { AcceptOutcome, DeliveryNote, MailboxPort, MatchedSecret } from "../../../shared/receiver/mailbox-port.ts";
import { createReceiver } from "../../../shared/receiver/receiver.ts";
import { WebhookVerifier, type WebhookSecrets } from "../../../shared/signature/webhook-verifier.ts";
import type { Signal } from "../../../shared/workflow-job/signal.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { sign } from "../../samples/sign.ts";
import { guid, T0 } from "../../samples/signal.ts";

export const SECRETS = { current: "unit-test-secret", previous: "unit-test-secret-before" };

/** A mailbox port that answers as it is told and keeps what it was given. */
export class FakeMailbox implements MailboxPort {
  readonly signals: Signal[] = [];
  readonly notes: DeliveryNote[] = [];
  answer: () => AcceptOutcome = () => ({ kind: "stored", seq: this.signals.length });
  failNotes = false;
  /** By when the last signal was to be stored. */
  until: AbortSignal | undefined;

  async accept(signal: Signal, _matched?: MatchedSecret, _key?: string, until?: AbortSignal): Promise<AcceptOutcome> {
    this.until = until;
    this.signals.push(signal);
    return this.answer();
  }

  async note(note: DeliveryNote): Promise<void> {
    if (this.failNotes) throw new Error("no room for notes");
    this.notes.push(note);
  }
}

export type Content = string | Uint8Array<ArrayBuffer>;
export type HeaderChange = Readonly<Record<string, string | null>>;

/** What a receiver is made of here: its mailbox, its log, its clock and its secrets. */
export interface BenchParts {
  readonly mailbox: FakeMailbox;
  readonly log: Logger;
  readonly now: () => number;
  readonly secrets: WebhookSecrets | null;
  /** Makes the deadlines of requests. */
  readonly deadline: () => AbortSignal;
}

/** Hands a request to a receiver and gives its answer. */
export type Send = (request: Request) => Response | Promise<Response>;

/** Makes a bench; with no secret configured for null. */
export type NewBench = (secrets?: WebhookSecrets | null) => ReceiverBench;

/** A receiver with a fake mailbox, a captured log and a clock that the test moves. */
export class ReceiverBench {
  nowMs = T0;
  readonly mailbox = new FakeMailbox();
  readonly log = capturedLog();
  readonly send: Send;
  readonly #deadlines: AbortController[] = [];

  constructor(open: (parts: BenchParts) => Send, secrets: WebhookSecrets | null = SECRETS) {
    const { mailbox } = this;
    const deadline = (): AbortSignal => this.#deadline();
    this.send = open({ mailbox, log: this.log.log, now: () => this.nowMs, secrets, deadline });
  }

  #deadline(): AbortSignal {
    const deadline = new AbortController();
    this.#deadlines.push(deadline);
    return deadline.signal;
  }

  /** Of each request, in their order. */
  get deadlines(): readonly AbortSignal[] {
    return this.#deadlines.map(({ signal }) => signal);
  }

  /** The time of every request is over. */
  timeOut(): void {
    for (const deadline of this.#deadlines) deadline.abort();
  }

  /** Sends a body with GitHub's headers and a good signature; `headers` changes them, null takes one away. */
  async deliver(body: unknown, headers: HeaderChange = {}): Promise<Response> {
    const content = typeof body === "string" || body instanceof Uint8Array ? (body as Content) : JSON.stringify(body);
    const all = { ...(await deliveryHeaders(content)), ...headers };
    const kept = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null);
    return this.send(new Request("http://127.0.0.1/webhook", { method: "POST", body: content, headers: kept }));
  }
}

/** The app itself, with no server around it. */
export const newBench: NewBench = (secrets) =>
  new ReceiverBench((parts) => {
    const verifier = parts.secrets === null ? null : new WebhookVerifier(parts.secrets);
    const app = createReceiver({ ...parts, verifier });
    return (request) => app.request(request);
  }, secrets);

export async function deliveryHeaders(content: Content, secret = SECRETS.current): Promise<Record<string, string>> {
  return {
    "content-type": "application/json",
    "user-agent": "GitHub-Hookshot/0000000",
    "x-github-event": "workflow_job",
    "x-github-delivery": guid(1),
    "x-github-hook-id": "4711",
    "x-hub-signature-256": await sign(secret, content),
  };
}
