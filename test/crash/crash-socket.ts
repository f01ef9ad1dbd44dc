import { JsonSocket, type JsonWire } from "../stand-ins/edge/json-socket.ts";

/** Makes a call of the edge with a place to die before and one after it. */
export type At = <T>(place: string, call: () => T) => T;

/** The edge's end of one connection: each thing that the edge does with it is a place to die. */
export class CrashSocket extends JsonSocket {
  readonly #at: At;
  readonly #closed: (code: number, reason: string) => void;

  constructor(nowMs: number, at: At, wire: JsonWire) {
    super(nowMs, wire);
    this.#at = at;
    this.#closed = (code, reason) => wire.closed(code, reason);
  }

  override save(...state: Parameters<JsonSocket["save"]>): void {
    this.#at("attachment", () => super.save(...state));
  }

  override send(text: string): void {
    this.#at("send to agent", () => super.send(text));
  }

  override close(code: number, reason: string): void {
    this.#at("close", () => super.close(code, reason));
  }

  /** The network ends it; both sides see that in their time. */
  drop(reason: string): void {
    if (!this.open) return;
    this.lost();
    this.#closed(1006, reason);
  }
}
