import { messageOf } from "../../shared/errors/message-of.ts";
import type { Clock } from "../../shared/clock/clock.ts";
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
import type { Signal } from "../../shared/workflow-job/signal.ts";
import type { Cursor, Journal } from "../journal/journal.ts";
import { sqliteTrouble } from "../sqlite/sqlite-trouble.ts";
import { BatchIntake, DISK_REMEDY, isOfTheFile } from "./batch-intake.ts";
import type { Connection, Dial, Ending } from "./dial.ts";
import { joinBatches } from "./join-batches.ts";
import { Liveness } from "./liveness.ts";

/** The edge sends it again after sixteen seconds at the latest; if it does not, it has not heard the refusal. */
const REFUSED_BATCH = "refused batch";
/** The edge has more than the journal, and nothing of it comes. */
const MISSING_SIGNALS = "question for what is missing";

export interface LinkIdentity {
  readonly instance: string;
  readonly boot: string;
  readonly host: string;
}

/** What a session tells the daemon. */
export interface LinkSessionEvents {
  /** Connected; `behind` tells whether a replay follows. */
  welcomed(welcome: Welcome, behind: boolean): void;
  /** New signals, on disk by now. */
  received(signals: readonly Signal[], replay: boolean): void;
  /** Everything that waited at the edge when the agent connected is here. */
  caughtUp(): void;
}

export interface LinkSessionOptions {
  readonly dial: Dial;
  readonly journal: Journal;
  readonly identity: LinkIdentity;
  readonly routes: () => readonly Route[];
  /** The newest version of the wire that the edge is known to take; ours unless said otherwise. */
  readonly protocol?: number;
  /** What this agent calls itself; its own version unless a test says otherwise. */
  readonly version?: string;
  readonly events: LinkSessionEvents;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * One connection to the edge, from its dial to its end. It acknowledges only what the journal took, and ends itself when
 * nothing was heard for 45 seconds or a question stays unanswered.
 */
export class LinkSession {
  readonly openedAtMs: number;
  readonly #options: LinkSessionOptions;
  readonly #connection: Connection;
  readonly #liveness: Liveness;
  readonly #intake: BatchIntake;
  #welcome: Welcome | null = null;
  /** Not in the journal yet. */
  #held: Batch | null = null;
  #caughtUp = false;
  /** It has ended, or is being dropped: what still comes on it is not heard. */
  #over = false;
  #stopped = false;
  #retryAfterMs = 0;
  #diskRefused = false;
  /** Announcements of routes after the hello's. */
  #routesRevision = 0;

  /** Dials. `closed` is called once, at the end of the connection, unless `stop` was called before. */
  constructor(options: LinkSessionOptions, closed: (ending: Ending) => void) {
    const { clock, dial, journal, log } = options;
    this.#options = options;
    this.#intake = new BatchIntake({ journal, clock, log, send: (frame) => this.#send(frame) });
    this.openedAtMs = clock.monotonicMs();
    this.#connection = dial({
      opened: () => this.#guard(() => this.#hello()),
      received: (data, more = false) => this.#guard(() => this.#received(data, more)),
      closed: (ending) => {
        if (this.#stopped) return;
        this.#stopped = true;
        this.#over = true;
        this.#liveness.stop();
        closed(ending);
      },
    });
    this.#liveness = new Liveness({
      clock,
      ping: () => this.#connection.send(PING),
      probe: () => this.#probe(),
      dead: (reason, fields) => {
        log.warn(reason, fields);
        this.#giveUp();
      },
    });
  }

  /** Whether the edge has welcomed this agent on it. */
  get isWelcome(): boolean {
    return this.#welcome !== null;
  }

  /** Whether it ended because the journal's file cannot be written. */
  get diskRefused(): boolean {
    return this.#diskRefused;
  }

  /** How long the edge asked to be left alone for, milliseconds. */
  get retryAfterMs(): number {
    return this.#retryAfterMs;
  }

  /** Ends it; nothing is reported afterwards. */
  stop(): void {
    this.#stopped = true;
    this.#giveUp();
  }

  /** Tells the edge what the fleet serves by now; an edge of protocol 1 hears of it by a new hello. */
  announce(): void {
    if (this.#welcome === null) return;
    if (this.#welcome.protocol < 2) return this.#giveUp();
    this.#routesRevision += 1;
    const routes = [...this.#options.routes()];
    this.#send({ type: "routes", fence: this.#welcome.fence, revision: this.#routesRevision, routes });
  }

  report(report: AgentReport): void {
    if (this.#welcome !== null) this.#send({ type: "report", fence: this.#welcome.fence, report });
  }

  /** A journal that cannot write costs the connection, so that signals wait at the edge: refused, they would die there. */
  #guard(handle: () => void): void {
    if (this.#over) return;
    try {
      handle();
    } catch (error) {
      const remedy = sqliteTrouble(error)?.remedy ?? DISK_REMEDY;
      this.#diskRefused = isOfTheFile(error);
      this.#options.log.error("link cannot go on; dialling again", { reason: messageOf(error), remedy });
      this.#giveUp();
    }
  }

  #hello(): void {
    const { identity, journal, routes, protocol = PROTOCOL_VERSION, version = VERSION } = this.#options;
    const cursor = journal.cursor();
    this.#send({
      type: "hello",
      protocol,
      ...identity,
      agentVersion: version,
      stream: cursor?.stream ?? null,
      acked: cursor?.acked ?? 0,
      ...(protocol < 2 ? {} : { cursorGuid: cursor?.guid ?? null }),
      routes: [...routes()],
      window: WINDOW,
      requires: [],
    });
    this.#liveness.asked("hello");
  }

  #received(data: unknown, more: boolean): void {
    this.#liveness.heard();
    if (data !== PONG) this.#read(data);
    if (!more) this.#takeHeld();
  }

  #read(data: unknown): void {
    const read = readDown(data);
    if (read.kind === "unknown") return;
    if (read.kind === "frame" && read.frame.type === "batch") return this.#hold(read.frame);
    this.#takeHeld();
    if (read.kind === "bad") return this.#protocolError(read.problem);
    if (!this.#over) this.#dispatch(read.frame);
  }

  /** Keeps a batch for a moment in which the next one is here already: one write to the disk does for both. */
  #hold(batch: Batch): void {
    if (batch.fence !== this.#welcome?.fence) return;
    const joined = this.#held === null ? batch : joinBatches(this.#held, batch);
    if (joined === null) this.#takeHeld();
    this.#held = joined ?? batch;
  }

  #takeHeld(): void {
    const held = this.#held;
    this.#held = null;
    if (held !== null && this.#welcome !== null && !this.#over) this.#batch(this.#welcome, held);
  }

  #dispatch(frame: Down): void {
    if (frame.type === "welcome") return this.#welcomed(frame);
    if (frame.type === "bye") {
      this.#retryAfterMs = frame.retryAfterMs;
      this.#options.log.warn("the edge ends the link", { code: frame.code, reason: frame.reason });
      return;
    }
    if (this.#welcome === null || frame.fence !== this.#welcome.fence) return;
    if (frame.type === "nacked") this.#options.journal.unread.noteTold(this.#welcome.stream, frame.seq);
    if (frame.type === "probed") this.#probed(frame.head);
  }

  #welcomed(welcome: Welcome): void {
    const { journal, events, log } = this.#options;
    if (!goesOnFrom(journal.cursor(), welcome)) journal.startStream(welcome.stream, welcome.acked);
    this.#liveness.answered("hello");
    this.#welcome = welcome;
    const behind = welcome.head > welcome.acked;
    log.info("link up", { fence: welcome.fence, behind: welcome.head - welcome.acked, edge: welcome.edgeVersion });
    events.welcomed(welcome, behind);
    if (welcome.gap !== null) this.#send({ type: "ack", fence: welcome.fence, upTo: welcome.acked });
    if (welcome.protocol >= 2) this.#intake.refuseUntold(welcome);
    this.#noteProgress(welcome);
  }

  #batch(welcome: Welcome, batch: Batch): void {
    const intake = this.#intake.take(welcome, batch);
    if (intake.kind === "early") return;
    if (intake.kind === "gap") {
      return this.#protocolError(`batch follows ${batch.after}, the journal has ${intake.acked}`);
    }
    this.#liveness.answered(REFUSED_BATCH);
    this.#liveness.answered(MISSING_SIGNALS);
    if (intake.kind === "refused") return this.#liveness.asked(REFUSED_BATCH);
    if (intake.kind === "empty") return;
    if (intake.fresh.length > 0) this.#options.events.received(intake.fresh, batch.replay);
    this.#send({ type: "ack", fence: welcome.fence, upTo: intake.upTo });
    this.#noteProgress(welcome);
  }

  /** Frames come in order: what the edge has beyond the journal it holds back for a moment, or believes to have sent. */
  #probed(head: number): void {
    this.#liveness.answered("probe");
    if (head > (this.#options.journal.cursor()?.acked ?? 0)) this.#liveness.asked(MISSING_SIGNALS);
  }

  #noteProgress(welcome: Welcome): void {
    if (this.#caughtUp) return;
    if ((this.#options.journal.cursor()?.acked ?? 0) < welcome.head) return;
    this.#caughtUp = true;
    this.#options.events.caughtUp();
  }

  #probe(): void {
    if (this.#welcome === null) return;
    this.#send({ type: "probe", fence: this.#welcome.fence, id: String(this.#options.clock.now()) });
    this.#liveness.asked("probe");
  }

  #protocolError(reason: string): void {
    this.#options.log.error("frame of the edge refused; dialling again", { reason });
    this.#giveUp();
  }

  #giveUp(): void {
    this.#over = true;
    this.#liveness.stop();
    this.#connection.terminate();
  }

  #send(frame: Up): void {
    this.#connection.send(encode(frame));
  }
}

/**
 * Whether the journal stands where this mailbox goes on. If not, the mailbox is another one, has given signals up, or
 * was set back to an earlier state, and the agent follows it.
 */
function goesOnFrom(cursor: Cursor | null, { stream, acked, head }: Welcome): cursor is Cursor {
  return cursor !== null && cursor.stream === stream && cursor.acked >= acked && cursor.acked <= head;
}
