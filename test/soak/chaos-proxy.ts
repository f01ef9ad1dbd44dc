import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** What the proxy does to what goes through it. */
export interface Weather {
  /** Bytes are taken and never passed on, in both directions; the connection stays open: a path that died. */
  readonly blackHole: boolean;
  /** Each chunk is held for so long, its order kept. */
  readonly delayMs: number;
  /** Chunks are torn into pieces of at most so many bytes; 0 leaves them whole. */
  readonly tearBytes: number;
}

const FAIR: Weather = { blackHole: false, delayMs: 0, tearBytes: 0 };

/** A TCP proxy on loopback between agent and edge that behaves as home internet does. It reorders nothing. */
export class ChaosProxy {
  readonly #server = createServer((near) => this.#join(near));
  readonly #targetPort: number;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #weather: Weather = FAIR;
  #cutAfterBytes: number | null = null;
  #refuses = false;
  /** Connections taken so far. */
  connections = 0;

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
  }

  static async start(targetPort: number): Promise<ChaosProxy> {
    const proxy = new ChaosProxy(targetPort);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many connections are open. */
  get open(): number {
    return this.#pairs.size;
  }

  set weather(change: Partial<Weather>) {
    this.#weather = { ...FAIR, ...change };
  }

  /** Refuses new connections as well while true. */
  set refuses(refuses: boolean) {
    this.#refuses = refuses;
  }

  /** Cuts every connection now, without a farewell. */
  cut(): void {
    for (const [near, far] of this.#pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  /** Passes exactly so many more bytes of the edge on, wherever in a frame that is, and cuts. */
  cutAfter(bytes: number): void {
    this.#cutAfterBytes = bytes;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(near: Socket): void {
    if (this.#refuses) return void near.resetAndDestroy();
    this.connections += 1;
    const far = connect(this.#targetPort, "127.0.0.1");
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    this.#pass(near, far, () => {});
    this.#pass(far, near, (chunk) => this.#count(chunk));
    for (const [one, other] of [pair, [far, near] as const]) {
      one.on("error", () => {});
      one.on("close", () => {
        this.#pairs.delete(pair);
        if (!this.#weather.blackHole) other.destroy();
      });
    }
  }

  /** How much of a chunk may pass before the cut. */
  #count(chunk: Buffer): Buffer | void {
    if (this.#cutAfterBytes === null) return;
    if (chunk.length < this.#cutAfterBytes) {
      this.#cutAfterBytes -= chunk.length;
      return;
    }
    const rest = chunk.subarray(0, this.#cutAfterBytes);
    this.#cutAfterBytes = null;
    return rest;
  }

  #pass(from: Socket, to: Socket, count: (chunk: Buffer) => Buffer | void): void {
    let last = Promise.resolve();
    from.on("data", (chunk: Buffer) => {
      if (this.#weather.blackHole) return;
      const rest = count(chunk);
      const work = rest === undefined ? () => this.#forward(chunk, to) : () => this.#lastBytes(rest, to);
      last = last.then(work);
    });
  }

  async #forward(chunk: Buffer, to: Socket): Promise<void> {
    const { delayMs, tearBytes } = this.#weather;
    if (delayMs > 0) await new Promise((resolve) => void setTimeout(resolve, delayMs));
    if (!to.writable) return;
    if (tearBytes === 0) return void to.write(chunk);
    for (let at = 0; at < chunk.length; at += tearBytes) {
      to.write(chunk.subarray(at, at + tearBytes));
      await new Promise((resolve) => void setImmediate(resolve));
    }
  }

  async #lastBytes(rest: Buffer, to: Socket): Promise<void> {
    await new Promise<void>((resolve) => void to.write(rest, () => resolve()));
    this.cut();
  }
}
