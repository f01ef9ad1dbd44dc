import { freshState, linkStateSchema, type LinkSocket, type LinkState } from "../../../shared/edge/link-socket.ts";

/** The edge's end of one connection; its state goes through JSON, as an attachment does. What is sent goes to `wire`. */
export class JsonSocket implements LinkSocket {
  readonly #wire: JsonWire;
  #state: string;
  #read: LinkState | null = null;
  #pingedAtMs: number | null = null;
  #open = true;

  constructor(nowMs: number, wire: JsonWire) {
    this.#wire = wire;
    this.#state = JSON.stringify(freshState(nowMs));
  }

  /** Whether the edge still lists it. */
  get open(): boolean {
    return this.#open;
  }

  get state(): LinkState {
    this.#read ??= linkStateSchema.parse(JSON.parse(this.#state));
    return this.#read;
  }

  save(state: LinkState): void {
    this.#state = JSON.stringify(state);
    this.#read = null;
  }

  send(text: string): void {
    if (this.#open) this.#wire.send(text);
  }

  close(code: number, reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#wire.closed(code, reason);
  }

  /** The path is gone and the edge knows; nobody else is told. */
  lost(): void {
    this.#open = false;
  }

  lastPingAtMs(): number | null {
    return this.#pingedAtMs;
  }

  /** The runtime answered a ping of the agent's. */
  pinged(atMs: number): void {
    this.#pingedAtMs = atMs;
  }
}

/** The way to the agent. */
export interface JsonWire {
  send(text: string): void;
  /** The edge sees the connection no longer; called once. */
  closed(code: number, reason: string): void;
}
