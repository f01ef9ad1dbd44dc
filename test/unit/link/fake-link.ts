import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import type { Batch } from "../../../shared/link/batch.ts";
import { encode, readDown } from "../../../shared/link/codec.ts";
import type { Down } from "../../../shared/link/down.ts";
import type { Hello } from "../../../shared/link/hello.ts";
import { PROTOCOL_VERSION, WINDOW } from "../../../shared/link/protocol.ts";
import type { Up } from "../../../shared/link/up.ts";
import { Mailbox } from "../../../shared/mailbox/mailbox.ts";
import { openJobs } from "../../../shared/mailbox/open-jobs.ts";
import { Tally } from "../../../shared/mailbox/tally.ts";
import type { Signal } from "../../../shared/workflow-job/signal.ts";
import { LinkServer } from "../../../shared/edge/link-server.ts";
import { freshState, linkStateSchema, type LinkSocket, type LinkState } from "../../../shared/edge/link-socket.ts";
import { capturedLog } from "../samples/captured-log.ts";
import { queuedSignal, T0 } from "../samples/signal.ts";

/** A socket that keeps what it was told; its state goes through JSON, as an attachment does. */
export class FakeSocket implements LinkSocket {
  #state: string;
  readonly sent: string[] = [];
  closed: { readonly code: number; readonly reason: string } | null = null;
  pingAtMs: number | null = null;
  /** Told of each frame and of the end, where somebody listens. */
  heard: (text: string) => void = () => {};
  ended: (code: number, reason: string) => void = () => {};

  constructor(nowMs: number) {
    this.#state = JSON.stringify(freshState(nowMs));
  }

  get state(): LinkState {
    return linkStateSchema.parse(JSON.parse(this.#state));
  }

  save(state: LinkState): void {
    this.#state = JSON.stringify(state);
  }

  send(text: string): void {
    if (this.closed !== null) return;
    this.sent.push(text);
    this.heard(text);
  }

  close(code: number, reason: string): void {
    if (this.closed !== null) return;
    this.closed = { code, reason };
    this.ended(code, reason);
  }

  lastPingAtMs(): number | null {
    return this.pingAtMs;
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

/** A link server on a real mailbox in memory, with fake sockets and a clock that the test moves. */
export class FakeLink {
  nowMs = T0;
  readonly log = capturedLog();
  readonly mailbox: Mailbox;
  readonly server: LinkServer;
  #sockets: FakeSocket[] = [];
  #signals = 0;

  readonly tally = new Tally();
  readonly sql = new NodeSql(":memory:");

  constructor(
    options: { readonly stream?: string; readonly maxUnacked?: number; readonly spoken?: readonly number[] } = {},
  ) {
    const { spoken, stream = "stream-1", ...ofMailbox } = options;
    const { sql } = this;
    this.mailbox = new Mailbox({ sql, newStreamId: () => stream, ...ofMailbox });
    this.server = new LinkServer({
      ...(spoken === undefined ? {} : { spoken }),
      tally: this.tally,
      mailbox: this.mailbox,
      openJobs: () => openJobs(sql, this.nowMs),
      sockets: () => this.#sockets.filter((socket) => socket.closed === null),
      now: () => this.nowMs,
      log: this.log.log,
    });
  }

  socket(): FakeSocket {
    const socket = new FakeSocket(this.nowMs);
    this.#sockets = [...this.#sockets.filter((each) => each.closed === null), socket];
    return socket;
  }

  /** A new socket whose agent has said hello. */
  connect(hello: Partial<Hello> = {}): FakeSocket {
    const socket = this.socket();
    this.say(socket, helloFrame(hello));
    return socket;
  }

  say(socket: FakeSocket, frame: Up): void {
    this.server.receive(socket, encode(frame));
  }

  ack(socket: FakeSocket, upTo: number): void {
    this.say(socket, { type: "ack", fence: socket.state.fence ?? 0, upTo });
  }

  nack(socket: FakeSocket, seq: number, verdict: "retry" | "poison"): void {
    this.say(socket, { type: "nack", fence: socket.state.fence ?? 0, seq, verdict, reason: "test" });
  }

  /** Takes `count` new signals, as the mailbox object does. */
  deliver(count: number, change: Partial<Signal> = {}): void {
    for (let n = 0; n < count; n += 1) {
      this.#signals += 1;
      this.mailbox.accept(queuedSignal(this.#signals, change));
      this.server.pump();
    }
  }
}

export function helloFrame(change: Partial<Hello> = {}): Hello {
  return {
    type: "hello",
    protocol: PROTOCOL_VERSION,
    instance: "nas",
    boot: "boot-1",
    agentVersion: "0.1.0",
    host: "nas.local",
    stream: "stream-1",
    acked: 0,
    routes: [{ owner: "acme", labels: ["self-hosted", "linux"] }],
    window: WINDOW,
    requires: [],
    ...change,
  };
}
