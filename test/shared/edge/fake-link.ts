import type { LinkServer } from "../../../shared/edge/link-server.ts";
import type { MailboxHost, MailboxHostOptions } from "../../../shared/edge/mailbox-host.ts";
import type { Batch } from "../../../shared/link/batch.ts";
import { encode, readDown } from "../../../shared/link/codec.ts";
import type { Down } from "../../../shared/link/down.ts";
import type { Hello } from "../../../shared/link/hello.ts";
import type { Up } from "../../../shared/link/up.ts";
import type { Mailbox } from "../../../shared/mailbox/mailbox.ts";
import type { SqlDatabase } from "../../../shared/sql/sql.ts";
import type { Signal } from "../../../shared/workflow-job/signal.ts";
import { JsonSocket } from "../../stand-ins/edge/json-socket.ts";
import { MemoryEdge } from "../../stand-ins/edge/memory-edge.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { hello } from "../../samples/hello.ts";
import { queuedSignal, T0 } from "../../samples/signal.ts";

/** A socket that keeps what it was told. */
export class FakeSocket extends JsonSocket {
  readonly sent: string[] = [];
  closed: { readonly code: number; readonly reason: string } | null = null;
  /** Told of each frame and of the end, where somebody listens. */
  heard: (text: string) => void = () => {};
  ended: (code: number, reason: string) => void = () => {};

  constructor(nowMs: number) {
    super(nowMs, {
      send: (text) => {
        this.sent.push(text);
        this.heard(text);
      },
      closed: () => {},
    });
  }

  override close(code: number, reason: string): void {
    super.close(code, reason);
    if (this.closed !== null) return;
    this.closed = { code, reason };
    this.ended(code, reason);
  }

  /** The frames that came, each checked against the wire's schema. */
  frames(): readonly Down[] {
    return this.sent.map((text) => {
      const read = readDown(text);
      if (read.kind !== "frame") throw new Error(`the edge sent no frame: ${JSON.stringify(read)}`);
      return read.frame;
    });
  }

  framesOf<T extends Down["type"]>(type: T): readonly Extract<Down, { type: T }>[] {
    return this.frames().filter((frame): frame is Extract<Down, { type: T }> => frame.type === type);
  }

  batches(): readonly Batch[] {
    return this.framesOf("batch");
  }

  /** Sequence numbers in the order in which they came, repeats included. */
  seqs(): readonly number[] {
    return this.batches().flatMap(({ signals }) => signals.map(({ seq }) => seq));
  }
}

export interface FakeLinkOptions {
  readonly stream?: string;
  readonly maxUnacked?: number;
  readonly spoken?: readonly number[];
  readonly watchdog?: MailboxHostOptions["watchdog"];
  /** A mailbox that exists already. */
  readonly sql?: SqlDatabase;
  /** Number of the first signal that `deliver` makes. */
  readonly firstSignal?: number;
}

/** The edge in memory with sockets that a test looks into, on a clock that the test sets and that fires nothing. */
export class FakeLink {
  nowMs = T0;
  readonly log = capturedLog();
  readonly edge: MemoryEdge;
  #signals: number;

  constructor({ maxUnacked, firstSignal = 1, ...options }: FakeLinkOptions = {}) {
    this.#signals = firstSignal - 1;
    this.edge = new MemoryEdge({
      ...options,
      clock: { now: () => this.nowMs, monotonicMs: () => this.nowMs, after: () => () => {} },
      log: this.log.log,
      ...(maxUnacked === undefined ? {} : { limits: { maxUnacked } }),
    });
  }

  get host(): MailboxHost {
    return this.edge.host;
  }

  get sql(): SqlDatabase {
    return this.edge.sql;
  }

  get mailbox(): Mailbox {
    return this.host.mailbox;
  }

  get server(): LinkServer {
    return this.host.link;
  }

  socket(): FakeSocket {
    const socket = new FakeSocket(this.nowMs);
    this.edge.join(socket);
    return socket;
  }

  /** A new socket whose agent has said hello. */
  connect(change: Partial<Hello> = {}): FakeSocket {
    const socket = this.socket();
    this.say(socket, helloFrame(change));
    return socket;
  }

  say(socket: FakeSocket, frame: Up): void {
    this.edge.receive(socket, encode(frame));
  }

  ack(socket: FakeSocket, upTo: number): void {
    this.say(socket, { type: "ack", fence: socket.state.fence ?? 0, upTo });
  }

  nack(socket: FakeSocket, seq: number, verdict: "retry" | "poison"): void {
    this.say(socket, { type: "nack", fence: socket.state.fence ?? 0, seq, verdict, reason: "test" });
  }

  /** Takes `count` new signals. */
  deliver(count: number, change: Partial<Signal> = {}): void {
    for (let n = 0; n < count; n += 1) {
      this.#signals += 1;
      this.host.accept(queuedSignal(this.#signals, change), null);
    }
  }
}

/** The hello of an agent that knows this mailbox; `change` is what a test is about. */
export function helloFrame(change: Partial<Hello> = {}): Hello {
  return hello({ stream: "stream-1", routes: [{ owner: "acme", labels: ["self-hosted", "linux"] }], ...change });
}
