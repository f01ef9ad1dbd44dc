import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { PING, PONG } from "../../../shared/link/protocol.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import type { Clock } from "../../../shared/clock/clock.ts";
import { Mailbox } from "../../../shared/mailbox/mailbox.ts";
import { Tally } from "../../../shared/mailbox/tally.ts";
import { openJobs } from "../../../shared/mailbox/open-jobs.ts";
import type { Signal } from "../../../shared/workflow-job/signal.ts";
import { LinkServer } from "../../../shared/edge/link-server.ts";
import { freshState, linkStateSchema, type LinkSocket, type LinkState } from "../../../shared/edge/link-socket.ts";
import { FakeDial, type FakeConnection } from "../fake-dial.ts";

/** One connection through a network that delivers frame by frame, when told to. */
class ModelSocket implements LinkSocket {
  readonly up: string[] = [];
  readonly down: string[] = [];
  readonly connection: FakeConnection;
  /** Whether the edge still lists it; a dead path leaves it listed for a while. */
  listed = true;
  #state: string;

  constructor(connection: FakeConnection, nowMs: number) {
    this.connection = connection;
    this.#state = JSON.stringify(freshState(nowMs));
    connection.onSend = (text) => void this.up.push(text);
  }

  get state(): LinkState {
    return linkStateSchema.parse(JSON.parse(this.#state));
  }

  save(state: LinkState): void {
    this.#state = JSON.stringify(state);
  }

  send(text: string): void {
    if (this.listed) this.down.push(text);
  }

  close(): void {
    if (this.listed) this.down.push("close");
    this.listed = false;
  }

  lastPingAtMs(): number | null {
    return null;
  }
}

/** The real link server on a real mailbox, behind a network that the test moves, cuts and leaves half open. */
export class ModelEdge {
  readonly dial = new FakeDial();
  readonly mailbox: Mailbox;
  readonly accepted: Signal[] = [];
  readonly #server: LinkServer;
  #sockets: ModelSocket[] = [];

  constructor(clock: Clock) {
    const sql = new NodeSql(":memory:");
    this.mailbox = new Mailbox({ sql, newStreamId: () => "stream-1" });
    this.#server = new LinkServer({
      tally: new Tally(),
      mailbox: this.mailbox,
      openJobs: () => openJobs(sql, clock.now()),
      sockets: () => this.#sockets.filter(({ listed }) => listed),
      now: () => clock.now(),
      log: silentLogger,
    });
    this.dial.onDial = (connection) => {
      if (connection.ended) return;
      this.#sockets.push(new ModelSocket(connection, clock.now()));
      connection.open();
    };
  }

  /** GitHub delivers; a copy of a signal that was taken changes nothing. */
  accept(signal: Signal): void {
    if (this.mailbox.accept(signal).kind === "stored") this.accepted.push(signal);
    this.#server.pump();
  }

  /** The alarm. */
  tick(): void {
    this.#server.tick();
  }

  /** Moves one frame towards the edge; false if none is on the way. */
  moveUp(): boolean {
    const socket = this.#sockets.find(({ up, listed }) => listed && up.length > 0);
    const text = socket?.up.shift();
    if (socket === undefined || text === undefined) return false;
    if (text === PING) socket.send(PONG);
    else this.#server.receive(socket, text);
    return true;
  }

  /** Moves one frame towards the agent; false if none is on the way. */
  moveDown(): boolean {
    const socket = this.#sockets.find(({ down, connection }) => !connection.ended && down.length > 0);
    const text = socket?.down.shift();
    if (socket === undefined || text === undefined) return false;
    if (text === "close") socket.connection.close();
    else socket.connection.receive(text);
    return true;
  }

  /** Breaks the newest connection; what was on the way is lost. `halfOpen`: the edge does not notice. */
  cut(halfOpen: boolean): void {
    const socket = this.#sockets.at(-1);
    if (socket === undefined) return;
    socket.up.length = 0;
    socket.down.length = 0;
    socket.listed &&= halfOpen;
    socket.connection.close();
    this.#sockets = this.#sockets.slice(-3);
  }

  /** The newest connection swallows everything from now on, and neither side is told. */
  blackHole(): void {
    const socket = this.#sockets.at(-1);
    if (socket === undefined) return;
    socket.up.push = () => 0;
    socket.down.push = () => 0;
    socket.up.length = 0;
    socket.down.length = 0;
  }
}
