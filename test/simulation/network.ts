import type { Connection, ConnectionEvents, Dial } from "../../agent/link/dial.ts";
import { PING, PONG } from "../../shared/link/protocol.ts";
import type { Conditions } from "./conditions.ts";
import type { Dice } from "./dice.ts";
import { JsonSocket } from "../stand-ins/edge/json-socket.ts";
import type { Edge } from "./edge.ts";
import type { SimClock } from "./sim-clock.ts";

/** The way between the agent and the edge: latency, cuts, and silence that nobody is told of. */
export class Network {
  readonly #edge: Edge;
  readonly #conditions: () => Conditions;
  readonly #clock: SimClock;
  readonly #dice: Dice;
  readonly #paths = new Set<Path>();

  constructor(edge: Edge, conditions: () => Conditions, clock: SimClock, dice: Dice) {
    this.#edge = edge;
    this.#conditions = conditions;
    this.#clock = clock;
    this.#dice = dice;
  }

  readonly dial: Dial = (events) => {
    const path = new Path(this.#edge, this.#conditions, this.#clock, this.#dice, events);
    this.#paths.add(path);
    return path;
  };

  /** Both ends are told that the connection broke. */
  cut(): void {
    for (const path of this.#paths) path.breakOff(1006, "cut");
    this.#paths.clear();
  }
}

/** One connection: two ends, and frames on the way in order. */
class Path implements Connection {
  readonly #edge: Edge;
  readonly #conditions: () => Conditions;
  readonly #clock: SimClock;
  readonly #dice: Dice;
  readonly #events: ConnectionEvents;
  readonly #socket: JsonSocket;
  #agentOpen = true;
  #swallows = false;
  #upFreeMs = 0;
  #downFreeMs = 0;
  /** Of frames on their way down, in order. */
  readonly #arrivals: { atMs: number }[] = [];

  constructor(edge: Edge, conditions: () => Conditions, clock: SimClock, dice: Dice, events: ConnectionEvents) {
    this.#edge = edge;
    this.#conditions = conditions;
    this.#clock = clock;
    this.#dice = dice;
    this.#events = events;
    this.#socket = new JsonSocket(clock.now(), {
      send: (text) => this.#frameDown(text),
      closed: (code, reason) => this.#bye(code, reason),
    });
    clock.after(this.#latencyMs() * 2, () => this.#upgrade());
  }

  #upgrade(): void {
    if (!this.#agentOpen || this.#isBlackHole()) return;
    if (this.#conditions().edgeDown) return this.breakOff(1006, "no answer");
    this.#edge.join(this.#socket);
    this.#events.opened();
  }

  send(text: string): void {
    this.#upFreeMs = this.#pass(this.#upFreeMs, () => {
      if (!this.#socket.open || this.#conditions().edgeDown) return;
      if (text !== PING) return this.#edge.receive(this.#socket, text);
      this.#socket.pinged(this.#clock.now());
      this.#frameDown(PONG);
    });
  }

  /** Frames that come in the same millisecond are here at once, as where the agent had no time to read. */
  #frameDown(text: string): void {
    const arrival = { atMs: 0 };
    this.#down(() => {
      this.#arrivals.shift();
      this.#events.received(text, this.#arrivals[0]?.atMs === this.#clock.now());
    });
    arrival.atMs = this.#downFreeMs;
    if (!this.#swallows) this.#arrivals.push(arrival);
  }

  #down(arrive: () => void): void {
    this.#downFreeMs = this.#pass(this.#downFreeMs, () => {
      if (this.#agentOpen) arrive();
    });
  }

  /** What once lost a frame passes none any more: a stream with a hole in it never goes on. */
  #isBlackHole(): boolean {
    this.#swallows ||= this.#conditions().linkHalfOpen;
    return this.#swallows;
  }

  /** Frames keep their order. */
  #pass(freeMs: number, arrive: () => void): number {
    if (this.#isBlackHole()) return freeMs;
    const atMs = Math.max(freeMs, this.#clock.now() + this.#latencyMs());
    this.#clock.after(atMs - this.#clock.now(), arrive);
    return atMs;
  }

  #latencyMs(): number {
    return this.#dice.between(10, 40) + this.#conditions().linkSlowMs;
  }

  #bye(code: number, reason: string): void {
    this.#down(() => this.#close(code, reason));
  }

  #close(code: number, reason: string): void {
    if (!this.#agentOpen) return;
    this.#agentOpen = false;
    this.#events.closed({ code, reason, status: null });
  }

  terminate(): void {
    if (!this.#agentOpen) return;
    this.#clock.after(0, () => this.#close(1006, "terminated"));
    this.#pass(this.#upFreeMs, () => this.#edge.lose(this.#socket));
  }

  breakOff(code: number, reason: string): void {
    this.#edge.lose(this.#socket);
    this.#close(code, reason);
  }
}
