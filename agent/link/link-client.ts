import { messageOf } from "../../shared/errors/message-of.ts";
import type { CancelTimer, Clock, Random } from "../../shared/clock/clock.ts";
import { CLOSE } from "../../shared/link/close-codes.ts";
import { encode, readDown } from "../../shared/link/codec.ts";
import type { Batch } from "../../shared/link/batch.ts";
import type { Down } from "../../shared/link/down.ts";
import { PING, PONG, PROTOCOL_VERSION, WINDOW } from "../../shared/link/protocol.ts";
import type { AgentReport } from "../../shared/link/report.ts";
import type { Route } from "../../shared/link/route.ts";
import type { Up } from "../../shared/link/up.ts";
import type { Welcome } from "../../shared/link/welcome.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { VERSION } from "../../shared/version.ts";
import { signalSchema, type SequencedSignal, type Signal } from "../../shared/workflow-job/signal.ts";
import type { Cursor, Journal } from "../journal/journal.ts";
import { Backoff } from "../../shared/clock/backoff.ts";
import type { Connection, Dial, Ending } from "./dial.ts";
import { Liveness } from "./liveness.ts";

const DISK_REMEDY = "free the disk of HOOKLINE_DATA";

export const REDIAL = { baseMs: 1000, capMs: 30_000 } as const;
/** A connection that held this long was a good one. A flapping edge must not reset the backoff. */
const STABLE_MS = 60_000;

export interface LinkIdentity {
  readonly instance: string;
  readonly boot: string;
  readonly host: string;
}

/** What the link tells the daemon. */
export interface LinkEvents {
  /** Connected; `behind` tells whether a replay follows. */
  welcomed(welcome: Welcome, behind: boolean): void;
  /** New signals, on disk by now. */
  received(signals: readonly Signal[], replay: boolean): void;
  /** Everything that waited at the edge when the agent connected is here. */
  caughtUp(): void;
  /** The link is down; the client dials again by itself. */
  down(ending: Ending): void;
}

export interface LinkOptions {
  readonly dial: Dial;
  readonly journal: Journal;
  readonly identity: LinkIdentity;
  readonly routes: () => readonly Route[];
  readonly events: LinkEvents;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

interface Session {
  readonly connection: Connection;
  readonly openedAtMs: number;
  readonly liveness: Liveness;
  welcome: Welcome | null;
  caughtUp: boolean;
  /** It is being dropped: what still comes on it is not heard. */
  givenUp: boolean;
  /** Where the journal stood when it last refused a batch; null once it took one. */
  refusedAt: number | null;
}

/** The edge sends it again after sixteen seconds at the latest; if it does not, it has not heard the refusal. */
const REFUSED_BATCH = "refused batch";

/**
 * The agent's end of the link. It dials until it is stopped, goes on from what the journal has, acknowledges only
 * what the journal took, and drops a connection on which nothing was heard for 45 seconds or that leaves a question
 * unanswered.
 */
export class LinkClient {
  readonly #options: LinkOptions;
  readonly #backoff: Backoff;
  #session: Session | null = null;
  #redial: CancelTimer | null = null;
  #retryAfterMs = 0;
  #stopped = true;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#backoff = new Backoff(REDIAL, options.random);
  }

  /** Whether the edge has welcomed this agent on a connection that is still up. */
  get connected(): boolean {
    return this.#session?.welcome != null;
  }

  /** Starts dialling; harmless when it runs already. */
  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#connect();
  }

  /** Ends the link for good. */
  stop(): void {
    this.#stopped = true;
    this.#redial?.();
    const session = this.#session;
    this.#session = null;
    session?.liveness.stop();
    session?.connection.terminate();
  }

  /** Tells the edge of the agent's state, if there is a link. */
  report(report: AgentReport): void {
    const welcome = this.#session?.welcome;
    if (welcome != null) this.#send({ type: "report", fence: welcome.fence, report });
  }

  #connect(): void {
    const { clock, dial } = this.#options;
    this.#redial = null;
    const connection = dial({
      opened: () => this.#on(connection, (session) => this.#hello(session)),
      received: (data) => this.#on(connection, (session) => this.#received(session, data)),
      closed: (ending) => this.#closed(connection, ending),
    });
    const liveness = new Liveness({
      clock,
      ping: () => connection.send(PING),
      probe: () => this.#probe(),
      dead: (reason, fields) => this.#dropSilent(reason, fields),
    });
    const openedAtMs = clock.now();
    this.#session = {
      connection,
      openedAtMs,
      liveness,
      welcome: null,
      caughtUp: false,
      givenUp: false,
      refusedAt: null,
    };
  }

  /** Handles an event of the present connection. A journal that fails costs the connection: the edge sends again. */
  #on(connection: Connection, handle: (session: Session) => void): void {
    const session = this.#session;
    if (session?.connection !== connection || session.givenUp) return;
    try {
      handle(session);
    } catch (error) {
      const reason = messageOf(error);
      this.#options.log.error("link cannot go on; dialling again", { reason, remedy: DISK_REMEDY });
      this.#giveUp(session);
    }
  }

  #hello(session: Session): void {
    const { identity, journal, routes } = this.#options;
    const cursor = journal.cursor();
    this.#send({
      type: "hello",
      protocol: PROTOCOL_VERSION,
      ...identity,
      agentVersion: VERSION,
      stream: cursor?.stream ?? null,
      acked: cursor?.acked ?? 0,
      routes: [...routes()],
      window: WINDOW,
      requires: [],
    });
    session.liveness.asked("hello");
  }

  #received(session: Session, data: unknown): void {
    session.liveness.heard();
    if (data === PONG) return;
    const read = readDown(data);
    if (read.kind === "unknown") return;
    if (read.kind === "bad") return this.#protocolError(session, read.problem);
    this.#dispatch(session, read.frame);
  }

  #dispatch(session: Session, frame: Down): void {
    if (frame.type === "welcome") return this.#welcomed(session, frame);
    if (frame.type === "bye") {
      this.#retryAfterMs = frame.retryAfterMs;
      this.#options.log.warn("the edge ends the link", { code: frame.code, reason: frame.reason });
      return;
    }
    if (session.welcome === null || frame.fence !== session.welcome.fence) return;
    if (frame.type === "batch") this.#batch(session, session.welcome, frame);
    if (frame.type === "probed") session.liveness.answered("probe");
  }

  #welcomed(session: Session, welcome: Welcome): void {
    const { journal, events, log } = this.#options;
    if (!goesOnFrom(journal.cursor(), welcome)) journal.startStream(welcome.stream, welcome.acked);
    session.liveness.answered("hello");
    session.welcome = welcome;
    const behind = welcome.head > welcome.acked;
    log.info("link up", { fence: welcome.fence, behind: welcome.head - welcome.acked, edge: welcome.edgeVersion });
    events.welcomed(welcome, behind);
    if (welcome.gap !== null) this.#send({ type: "ack", fence: welcome.fence, upTo: welcome.acked });
    this.#noteProgress(session, welcome);
  }

  #batch(session: Session, welcome: Welcome, batch: Batch): void {
    const acked = this.#options.journal.cursor()?.acked ?? 0;
    // What was on the way when the journal refused comes again, in order.
    if (batch.after > acked && session.refusedAt === acked) return;
    if (batch.after > acked) {
      return this.#protocolError(session, `batch follows ${batch.after}, the journal has ${acked}`);
    }
    session.liveness.answered(REFUSED_BATCH);
    const last = batch.signals.at(-1);
    if (last === undefined) return;
    const upTo = Math.max(acked, last.seq);
    const { readable, poison } = sorted(batch, acked);
    const fresh = this.#journal(welcome, readable, upTo, acked);
    session.refusedAt = fresh === null ? acked : null;
    if (fresh === null) return session.liveness.asked(REFUSED_BATCH);
    for (const { seq, reason } of poison) this.#setAside(welcome, seq, reason);
    if (fresh.length > 0) this.#options.events.received(fresh, batch.replay);
    this.#send({ type: "ack", fence: welcome.fence, upTo });
    this.#noteProgress(session, welcome);
  }

  /** The signals that were not known before, on disk; null, and the edge asked to send again, if the disk refuses. */
  #journal(
    welcome: Welcome,
    signals: readonly SequencedSignal[],
    upTo: number,
    acked: number,
  ): readonly Signal[] | null {
    const { journal, clock, log } = this.#options;
    try {
      return journal.append(welcome.stream, signals, upTo, clock.now());
    } catch (error) {
      const reason = messageOf(error);
      log.error("the journal took no signal; the edge sends it again", { reason, remedy: DISK_REMEDY });
      const seq = acked + 1;
      this.#send({ type: "nack", fence: welcome.fence, seq, verdict: "retry", reason: reason.slice(0, 500) });
      return null;
    }
  }

  #setAside({ fence }: Welcome, seq: number, reason: string): void {
    this.#options.log.error("signal unreadable; set aside at the edge", { seq, reason });
    this.#send({ type: "nack", fence, seq, verdict: "poison", reason: reason.slice(0, 500) });
  }

  #noteProgress(session: Session, welcome: Welcome): void {
    if (session.caughtUp) return;
    if ((this.#options.journal.cursor()?.acked ?? 0) < welcome.head) return;
    session.caughtUp = true;
    this.#options.events.caughtUp();
  }

  #dropSilent(reason: string, fields: { readonly silentMs: number }): void {
    const session = this.#session;
    if (session === null) return;
    this.#options.log.warn(reason, fields);
    this.#giveUp(session);
  }

  #probe(): void {
    const session = this.#session;
    if (session === null || session.welcome === null) return;
    this.#send({ type: "probe", fence: session.welcome.fence, id: String(this.#options.clock.now()) });
    session.liveness.asked("probe");
  }

  #protocolError(session: Session, reason: string): void {
    this.#options.log.error("frame of the edge refused; dialling again", { reason });
    this.#giveUp(session);
  }

  #giveUp(session: Session): void {
    session.givenUp = true;
    session.liveness.stop();
    session.connection.terminate();
  }

  #closed(connection: Connection, ending: Ending): void {
    const session = this.#session;
    if (session?.connection !== connection) return;
    const { clock, events, log } = this.#options;
    this.#session = null;
    session.liveness.stop();
    if (session.welcome !== null && clock.now() - session.openedAtMs >= STABLE_MS) this.#backoff.reset();
    const delayMs = Math.max(this.#backoff.nextMs(), this.#retryAfterMs, ending.code === CLOSE.superseded ? 5000 : 0);
    this.#retryAfterMs = 0;
    log.warn("link down", { code: ending.code, reason: ending.reason, remedy: remedyFor(ending), againInMs: delayMs });
    events.down(ending);
    if (!this.#stopped) this.#redial = clock.after(delayMs, () => this.#connect());
  }

  #send(frame: Up): void {
    this.#session?.connection.send(encode(frame));
  }
}

/**
 * Whether the journal stands where this mailbox goes on. If not, the mailbox is another one, has given signals up, or
 * was set back to an earlier state, and the agent follows it.
 */
function goesOnFrom(cursor: Cursor | null, { stream, acked, head }: Welcome): cursor is Cursor {
  return cursor !== null && cursor.stream === stream && cursor.acked >= acked && cursor.acked <= head;
}

interface Sorted {
  readonly readable: readonly SequencedSignal[];
  readonly poison: readonly { readonly seq: number; readonly reason: string }[];
}

/** The signals of a batch that are new: those that fit the schema, and those that do not. */
function sorted(batch: Batch, acked: number): Sorted {
  const readable: SequencedSignal[] = [];
  const poison: { seq: number; reason: string }[] = [];
  for (const { seq, signal } of batch.signals) {
    if (seq <= acked) continue;
    const parsed = signalSchema.safeParse(signal);
    if (parsed.success) readable.push({ seq, signal: parsed.data });
    else poison.push({ seq, reason: describe(parsed.error.issues[0]) });
  }
  return { readable, poison };
}

function describe(issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined): string {
  return issue === undefined ? "unreadable" : `${issue.path.join(".")}: ${issue.message}`;
}

function remedyFor(ending: Ending): string | undefined {
  if (ending.status === 401) return "HOOKLINE_TOKEN differs from the Worker's secret of that name";
  if (ending.status === 404 || ending.status === 426) return "HOOKLINE_EDGE_URL does not point at a Hookline Worker";
  if (ending.code === CLOSE.flapping) return "two agents fight over the link; stop one of them";
  if (ending.code === CLOSE.superseded) return "another agent has connected; run one agent only";
  return undefined;
}
