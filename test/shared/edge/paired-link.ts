import { Journal } from "../../../agent/journal/journal.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import type { ConnectionEvents } from "../../../agent/link/dial.ts";
import { LinkClient } from "../../../agent/link/link-client.ts";
import { PING, PONG } from "../../../shared/link/protocol.ts";
import type { Route } from "../../../shared/link/route.ts";
import type { Random } from "../../../shared/clock/clock.ts";
import type { SqlDatabase, SqlValue } from "../../../shared/sql/sql.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { T0 } from "../../samples/signal.ts";
import { FakeLink, type FakeSocket } from "./fake-link.ts";

/** A journal's disk that can be full. */
class FailingSql implements SqlDatabase {
  readonly #sql = new NodeSql(":memory:");
  /** What its writes fail with. */
  fails: Error | null = null;

  exec(statement: string, ...values: SqlValue[]) {
    return this.#sql.exec(statement, ...values);
  }

  transaction<T>(work: () => T): T {
    if (this.fails !== null) throw this.fails;
    return this.#sql.transaction(work);
  }
}

/** The real agent's end and the real edge's end of the link, with a network of three milliseconds, in virtual time. */
export class PairedLink {
  readonly clock = new VirtualClock(T0);
  readonly log = capturedLog();
  readonly disk = new FailingSql();
  readonly journal = new Journal(this.disk);
  readonly client: LinkClient;
  edge: FakeLink;
  /** GUIDs taken as new, in order. */
  readonly fresh: string[] = [];
  welcomes = 0;
  /** When the agent dialled, milliseconds since the epoch. */
  readonly dials: number[] = [];
  /** Whether the edge can be reached. */
  up = true;
  /** Frames of the agent that the edge never answers. */
  swallows: (text: string) => boolean = () => false;
  /** Frames of the edge that get lost on the way. */
  drops: (text: string) => boolean = () => false;
  /** What the fleet serves. */
  routes: readonly Route[] = [{ owner: "acme", labels: ["self-hosted", "linux"] }];
  #socket: FakeSocket | null = null;

  constructor(random: Random = () => 0.5, edge = new FakeLink()) {
    this.edge = edge;
    this.client = new LinkClient({
      dial: (events) => this.#dial(events),
      journal: this.journal,
      identity: { instance: "nas", boot: "boot-1", host: "nas.local" },
      routes: () => this.routes,
      events: {
        welcomed: () => (this.welcomes += 1),
        received: (signals) => void this.fresh.push(...signals.map((signal) => signal.guid)),
        caughtUp: () => {},
        down: () => {},
      },
      clock: this.clock,
      random,
      log: this.log.log,
    });
  }

  /** Lets time go by in steps of a second, in each of which the edge does what is due. */
  async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) {
      await this.clock.advance(Math.min(1000, left));
      this.edge.nowMs = this.clock.now();
      this.edge.edge.schedule();
    }
  }

  /** Breaks the connection as a lost path that says so. */
  cut(): void {
    this.#socket?.close(1006, "cut");
  }

  #later(work: () => void): void {
    this.clock.after(3, () => {
      this.edge.nowMs = this.clock.now();
      work();
    });
  }

  #dial(events: ConnectionEvents) {
    this.dials.push(this.clock.now());
    const { edge } = this;
    edge.nowMs = this.clock.now();
    const socket = edge.socket();
    this.#socket = socket;
    socket.heard = (text) => {
      if (!this.drops(text)) this.#later(() => socket.closed === null && events.received(text));
    };
    socket.ended = (code, reason) => this.#later(() => events.closed({ code, reason, status: null }));
    if (this.up) this.#later(() => socket.closed === null && events.opened());
    else socket.close(1006, "refused");
    return {
      send: (text: string) => this.#later(() => this.#up(socket, edge, events, text)),
      terminate: () => socket.close(1006, "terminated"),
    };
  }

  #up(socket: FakeSocket, edge: FakeLink, events: ConnectionEvents, text: string): void {
    if (socket.closed !== null || this.swallows(text)) return;
    if (text !== PING) return edge.edge.receive(socket, text);
    socket.pinged(this.clock.now());
    this.#later(() => socket.closed === null && events.received(PONG));
  }
}
