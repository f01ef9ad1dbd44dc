import type { Connection, ConnectionEvents, Dial, Ending } from "../../../agent/link/dial.ts";
import { readUp } from "../../../shared/link/codec.ts";
import type { Down } from "../../../shared/link/down.ts";
import { PING } from "../../../shared/link/protocol.ts";
import type { Up } from "../../../shared/link/up.ts";

const BROKEN: Ending = { code: 1006, reason: "", status: null };

/** One connection as the edge's side of it sees it: the test opens it, talks on it and breaks it. */
export class FakeConnection implements Connection {
  readonly sent: string[] = [];
  /** Called for each text before `send` returns. */
  onSend: (text: string) => void = () => {};
  terminated = false;
  ended = false;
  readonly #events: ConnectionEvents;

  constructor(events: ConnectionEvents) {
    this.#events = events;
  }

  send(text: string): void {
    if (this.ended) return;
    this.sent.push(text);
    this.onSend(text);
  }

  /** Ends as `ws` does: `closed` follows, but not within the call. */
  terminate(): void {
    if (this.terminated) return;
    this.terminated = true;
    queueMicrotask(() => this.close());
  }

  open(): void {
    this.#events.opened();
  }

  /** `more`: the next one is here already. */
  receive(data: Down | string, more = false): void {
    if (!this.ended) this.#events.received(typeof data === "string" ? data : JSON.stringify(data), more);
  }

  close(ending: Partial<Ending> = {}): void {
    if (this.ended) return;
    this.ended = true;
    this.#events.closed({ ...BROKEN, ...ending });
  }

  /** The frames that the agent sent, each checked against the wire's schema. */
  frames(): readonly Up[] {
    return this.sent.filter((text) => text !== PING).map(upFrame);
  }

  framesOf<T extends Up["type"]>(type: T): readonly Extract<Up, { type: T }>[] {
    return this.frames().filter((frame): frame is Extract<Up, { type: T }> => frame.type === type);
  }

  pings(): number {
    return this.sent.filter((text) => text === PING).length;
  }
}

/** Reads a frame of the agent; one that does not fit the wire fails the test. */
export function upFrame(text: string): Up {
  const read = readUp(text);
  if (read.kind !== "frame") throw new Error(`the agent sent no frame: ${JSON.stringify(read)}`);
  return read.frame;
}

/** Keeps every connection that was dialled. */
export class FakeDial {
  readonly connections: FakeConnection[] = [];
  /** What happens to each new connection, after `dial` has returned. */
  onDial: (connection: FakeConnection) => void = () => {};

  readonly dial: Dial = (events) => {
    const connection = new FakeConnection(events);
    this.connections.push(connection);
    queueMicrotask(() => this.onDial(connection));
    return connection;
  };

  /** The newest connection. */
  get last(): FakeConnection {
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error("nothing was dialled");
    return connection;
  }
}
