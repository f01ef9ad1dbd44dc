import { env, exports } from "cloudflare:workers";

import { encode, readDown } from "../../shared/link/codec.ts";
import type { Down } from "../../shared/link/down.ts";
import type { Hello } from "../../shared/link/hello.ts";
import { SUBPROTOCOL } from "../../shared/link/protocol.ts";
import type { Up } from "../../shared/link/up.ts";
import type { Welcome } from "../../shared/link/welcome.ts";
import { hello } from "../samples/hello.ts";
import { ORIGIN } from "./deliveries.ts";

export const TOKEN = "test-link-token";
export const PREVIOUS_TOKEN = "test-link-token-previous";

/** The mailbox object that the Worker uses. */
export function mailboxStub() {
  return env.MAILBOX.getByName("home");
}

/** Asks the Worker with the agent's token; `path` begins with a slash. */
export function ask(path: string, method = "GET"): Promise<Response> {
  return exports.default.fetch(`${ORIGIN}${path}`, { method, headers: { Authorization: `Bearer ${TOKEN}` } });
}

/** Asks for the upgrade; `headers` change what an agent sends. */
export function upgrade(headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const usual = { Upgrade: "websocket", Authorization: `Bearer ${TOKEN}`, "Sec-WebSocket-Protocol": SUBPROTOCOL };
  return exports.default.fetch(`${ORIGIN}/link`, { headers: { ...usual, ...headers } });
}

export interface Ending {
  readonly code: number;
  readonly reason: string;
}

/** An agent's end of the link, as bare as the wire: it does what the test says and keeps what came. */
export class TestAgent {
  readonly #socket: WebSocket;
  readonly #messages: string[] = [];
  readonly #frames: Down[] = [];
  readonly #seqs: number[] = [];
  #wake: () => void = () => {};
  readonly closed: Promise<Ending>;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", (event) => {
      this.#messages.push(String(event.data));
      const read = readDown(event.data);
      if (read.kind === "frame") this.#take(read.frame);
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      socket.addEventListener("close", ({ code, reason }) => resolve({ code, reason }));
    });
    socket.accept();
  }

  #take(frame: Down): void {
    this.#frames.push(frame);
    if (frame.type === "batch") this.#seqs.push(...frame.signals.map(({ seq }) => seq));
  }

  /** Connects without saying hello. */
  static async dial(headers?: Readonly<Record<string, string>>): Promise<TestAgent> {
    const answer = await upgrade(headers);
    if (answer.webSocket === null) throw new Error(`no upgrade but ${answer.status}: ${await answer.text()}`);
    return new TestAgent(answer.webSocket);
  }

  /** Connects, says hello and waits for the welcome. */
  static async connect(change: Partial<Hello> = {}): Promise<TestAgent & { readonly welcome: Welcome }> {
    const agent = await TestAgent.dial();
    agent.send(hello(change));
    return Object.assign(agent, { welcome: await agent.first("welcome") });
  }

  send(frame: Up): void {
    this.sendText(encode(frame));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  close(code?: number, reason?: string): void {
    this.#socket.close(code, reason);
  }

  /** Waits until `check` gives something of what has come; the test's own timeout is the deadline. */
  async until<T>(check: (messages: readonly string[]) => T | undefined): Promise<T> {
    for (;;) {
      const found = check(this.#messages);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** The first frame of a type, waited for. */
  first<T extends Down["type"]>(type: T): Promise<Extract<Down, { type: T }>> {
    return this.until(() => this.frames().find((frame): frame is Extract<Down, { type: T }> => frame.type === type));
  }

  /** Waits until signals up to `seq` have come and returns all sequence numbers so far, repeats included. */
  seqsUpTo(seq: number): Promise<readonly number[]> {
    return this.until(() => (this.#seqs.lastIndexOf(seq) === -1 ? undefined : this.seqs()));
  }

  seqs(): readonly number[] {
    return this.#seqs.slice();
  }

  frames(): readonly Down[] {
    return this.#frames.slice();
  }

  /** Sends a probe and waits for its answer: whatever was sent before has been taken by then. */
  async probe(fence: number, id = crypto.randomUUID()) {
    this.send({ type: "probe", fence, id });
    return this.until(
      () => this.frames().find((frame) => frame.type === "probed" && frame.id === id) as Probed | undefined,
    );
  }
}

type Probed = Extract<Down, { type: "probed" }>;
