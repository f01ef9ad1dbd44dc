import type { Clock } from "../../../shared/clock/clock.ts";
import { PING, PONG } from "../../../shared/link/protocol.ts";
import type { Mailbox } from "../../../shared/mailbox/mailbox.ts";
import type { Signal } from "../../../shared/workflow-job/signal.ts";
import { JsonSocket } from "../../stand-ins/edge/json-socket.ts";
import { MemoryEdge } from "../../stand-ins/edge/memory-edge.ts";
import { MAILBOX_TABLES, putRows, rowsOf, type TableRows } from "../../stand-ins/disk/table-rows.ts";
import { FakeDial, type FakeConnection } from "../../stand-ins/edge/fake-dial.ts";

/** One connection through a network that delivers frame by frame, when told to. */
class ModelPath {
  readonly up: string[] = [];
  readonly down: string[] = [];
  readonly connection: FakeConnection;
  readonly socket: JsonSocket;

  constructor(connection: FakeConnection, nowMs: number) {
    this.connection = connection;
    this.socket = new JsonSocket(nowMs, {
      send: (text) => void this.down.push(text),
      closed: () => void this.down.push("close"),
    });
    connection.onSend = (text) => void this.up.push(text);
  }

  /** What is on the way is lost. */
  lose(): void {
    this.up.length = 0;
    this.down.length = 0;
  }
}

/** The edge in memory, behind a network that the test moves, cuts and leaves half open. */
export class ModelEdge {
  readonly dial = new FakeDial();
  readonly accepted: Signal[] = [];
  readonly #edge: MemoryEdge;
  #paths: ModelPath[] = [];
  #backup: TableRows | null = null;
  /** Whether its numbers may mean other signals than they did. */
  wasPutBack = false;

  constructor(clock: Clock) {
    this.#edge = new MemoryEdge({
      clock: { now: () => clock.now(), monotonicMs: () => clock.monotonicMs(), after: () => () => {} },
    });
    this.dial.onDial = (connection) => {
      if (connection.ended) return;
      const path = new ModelPath(connection, clock.now());
      this.#paths.push(path);
      this.#edge.join(path.socket);
      connection.open();
    };
  }

  get mailbox(): Mailbox {
    return this.#edge.mailbox;
  }

  /** GitHub delivers; a copy of a signal that was taken changes nothing. */
  accept(signal: Signal): void {
    if (this.#edge.host.accept(signal, null).kind === "stored") this.accepted.push(signal);
  }

  /** Makes the stored signal of a GUID one that the agent cannot read. */
  spoil(guid: string): void {
    for (const table of ["signals_a", "signals_b"]) {
      this.#edge.sql.exec(`UPDATE ${table} SET signal = json_remove(signal, '$.labels') WHERE guid = ?`, guid);
    }
  }

  /** From now on the agent can read everything: what a newer version of it does. */
  mend(): void {
    for (const table of ["signals_a", "signals_b"]) {
      this.#edge.sql.exec(
        `UPDATE ${table} SET signal = json_set(signal, '$.labels', json_array('self-hosted', 'linux'))`,
      );
    }
  }

  /** An operator puts the `n`th dead letter back, if there is one. */
  requeue(n: number): void {
    const letters = this.mailbox.deadLetters(100);
    const letter = letters[n % Math.max(1, letters.length)];
    if (letter !== undefined) this.#edge.host.requeue(letter.seq);
  }

  /** Keeps the storage as it is now. */
  backUp(): void {
    this.#backup = rowsOf(this.#edge.sql, MAILBOX_TABLES);
  }

  /** Puts the storage back to the backup, as a point-in-time recovery does: every connection ends. */
  putBack(): void {
    if (this.#backup === null) return;
    this.wasPutBack = true;
    for (const path of this.#paths) {
      path.socket.lost();
      this.#edge.ended(path.socket);
      path.lose();
      path.connection.close();
    }
    putRows(this.#edge.sql, this.#backup);
    this.#edge.evict();
  }

  /** Of everything that the mailbox holds. */
  guids(): readonly string[] {
    return this.#edge.sql.exec("SELECT guid FROM signals ORDER BY seq").map((row) => String(row["guid"]));
  }

  deadGuids(): readonly string[] {
    const dead = "SELECT guid FROM signals WHERE seq IN (SELECT seq FROM dead_letters)";
    return this.#edge.sql.exec(dead).map((row) => String(row["guid"]));
  }

  /** The alarm. */
  tick(): void {
    this.#edge.schedule();
  }

  /** Moves one frame towards the edge; false if none is on the way. */
  moveUp(): boolean {
    const path = this.#paths.find(({ up, socket }) => socket.open && up.length > 0);
    const text = path?.up.shift();
    if (path === undefined || text === undefined) return false;
    if (text === PING) path.socket.send(PONG);
    else this.#edge.receive(path.socket, text);
    return true;
  }

  /** Moves one frame towards the agent; false if none is on the way. */
  moveDown(more = false): boolean {
    const path = this.#paths.find(({ down, connection }) => !connection.ended && down.length > 0);
    const text = path?.down.shift();
    if (path === undefined || text === undefined) return false;
    if (text === "close") path.connection.close();
    else path.connection.receive(text, more && path.down[0] !== undefined && path.down[0] !== "close");
    return true;
  }

  /** Breaks the newest connection; what was on the way is lost. `halfOpen`: the edge does not notice. */
  cut(halfOpen: boolean): void {
    const path = this.#paths.at(-1);
    if (path === undefined) return;
    if (!halfOpen) {
      path.socket.lost();
      this.#edge.ended(path.socket);
    }
    path.lose();
    path.connection.close();
    this.#paths = this.#paths.slice(-3);
  }

  /** The newest connection swallows everything from now on, and neither side is told. */
  blackHole(): void {
    const path = this.#paths.at(-1);
    if (path === undefined) return;
    path.up.push = () => 0;
    path.down.push = () => 0;
    path.lose();
  }
}
