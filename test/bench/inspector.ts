import { once } from "node:events";

import { WebSocket } from "ws";
import * as z from "zod";

const frameSchema = z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() });
const profileSchema = z.object({
  nodes: z.array(z.object({ id: z.number(), callFrame: frameSchema })),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});
/** Times are in microseconds. https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
export type CpuProfile = z.output<typeof profileSchema>;
export type CallFrame = z.output<typeof frameSchema>;

const messageSchema = z.object({
  id: z.number().optional(),
  method: z.string().optional(),
  params: z.object({ chunk: z.string().optional() }).optional(),
  result: z.object({ profile: z.unknown().optional() }).optional(),
  error: z.object({ message: z.string() }).optional(),
});
type Message = z.output<typeof messageSchema>;

/** Speaks to a Node process that was started with --inspect. https://nodejs.org/docs/latest-v24.x/api/inspector.html */
export class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #chunks: string[] = [];
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => this.#heard(messageSchema.parse(JSON.parse(data.toString()))));
  }

  /** `url` is what the process prints: ws://127.0.0.1:PORT/ID. */
  static async connect(url: string): Promise<Inspector> {
    const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 512 * 1024 * 1024 });
    await once(socket, "open");
    return new Inspector(socket);
  }

  /** From now on, a sample each half millisecond. */
  async startProfile(): Promise<void> {
    await this.#call("Profiler.enable");
    await this.#call("Profiler.setSamplingInterval", { interval: 500 });
    await this.#call("Profiler.start");
  }

  /** What was sampled, and its text as Chrome's developer tools and speedscope read it. */
  async stopProfile(): Promise<{ readonly profile: CpuProfile; readonly text: string }> {
    const { result } = await this.#call("Profiler.stop");
    return { profile: profileSchema.parse(result?.profile), text: JSON.stringify(result?.profile) };
  }

  /** The heap after a collection, as text of a .heapsnapshot. */
  async heapSnapshot(): Promise<string> {
    this.#chunks.length = 0;
    await this.#call("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
    return this.#chunks.join("");
  }

  close(): void {
    this.#socket.terminate();
  }

  async #call(method: string, params: object = {}): Promise<Message> {
    const id = (this.#last += 1);
    const answered = new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params }));
    const answer = await answered;
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer;
  }

  #heard(message: Message): void {
    if (message.method === "HeapProfiler.addHeapSnapshotChunk") this.#chunks.push(message.params?.chunk ?? "");
    if (message.id !== undefined) this.#waiting.get(message.id)?.(message);
  }
}
