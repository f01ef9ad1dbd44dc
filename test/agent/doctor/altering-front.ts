import { createServer, request, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What stands behind a front: an address of `http.request`. */
export type Behind = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/** Changes the answers to some calls, as another version of what is behind, or a proxy before it, would give them. */
export interface Alteration {
  readonly method?: string;
  /** Against the path with its query. */
  readonly path: RegExp;
  /** Nothing reaches what is behind; the answer is this status. */
  readonly status?: number;
  /** The whole answer with `status`, else what the JSON of the answer becomes. */
  readonly text?: string;
  readonly json?: (body: Record<string, unknown>) => unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** No answer at all. */
  readonly silent?: boolean;
}

/** An HTTP front of the real thing that lets everything through until a test alters it. */
export class AlteringFront {
  readonly address: Behind;
  readonly #alterations = new Set<Alteration>();
  readonly #server;
  readonly #folder: string | null;
  readonly calls: string[] = [];

  private constructor(behind: Behind, folder: string | null) {
    this.#folder = folder;
    this.#server = createServer((incoming, response) => this.#serve(incoming, response, behind));
    this.address = folder === null ? { host: "127.0.0.1", port: 0 } : { socketPath: join(folder, "docker.sock") };
  }

  /** On a free port of loopback. */
  static async onPort(behind: Behind): Promise<AlteringFront & { readonly url: string }> {
    const front = new AlteringFront(behind, null);
    await new Promise<void>((resolve) => void front.#server.listen(0, "127.0.0.1", resolve));
    const { port } = front.#server.address() as AddressInfo;
    return Object.assign(front, { url: `http://127.0.0.1:${port}` });
  }

  /** On a socket of its own. */
  static async onSocket(behind: Behind): Promise<AlteringFront & { readonly path: string }> {
    const front = new AlteringFront(behind, await mkdtemp(join(tmpdir(), "hookline-front-")));
    const path = join(front.#folder ?? "", "docker.sock");
    await new Promise<void>((resolve) => void front.#server.listen(path, resolve));
    return Object.assign(front, { path });
  }

  /** Until what it returns is called. */
  alter(...alterations: readonly Alteration[]): () => void {
    for (const alteration of alterations) this.#alterations.add(alteration);
    return () => {
      for (const alteration of alterations) this.#alterations.delete(alteration);
    };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => void this.#server.close(resolve));
    if (this.#folder !== null) await rm(this.#folder, { recursive: true, force: true });
  }

  #serve(incoming: IncomingMessage, response: ServerResponse, behind: Behind): void {
    const path = incoming.url ?? "/";
    this.calls.push(`${incoming.method} ${path}`);
    const alteration = [...this.#alterations].find(
      ({ method, path: wanted }) => wanted.test(path) && (method ?? incoming.method) === incoming.method,
    );
    if (alteration?.silent === true) return;
    if (alteration?.status !== undefined) {
      incoming.resume();
      response.writeHead(alteration.status, { "content-type": "application/json" }).end(alteration.text ?? "{}");
      return;
    }
    // What is compressed could not be altered.
    const { "accept-encoding": _encoding, ...headers } = incoming.headers;
    const outgoing = request({ ...behind, method: incoming.method, path, headers }, (answer) => {
      void this.#answer(answer, response, alteration);
    });
    outgoing.on("error", () => response.destroy());
    response.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  }

  async #answer(answer: IncomingMessage, response: ServerResponse, alteration: Alteration | undefined): Promise<void> {
    const headers: IncomingHttpHeaders = { ...answer.headers, ...alteration?.headers };
    if (alteration?.json === undefined) {
      response.writeHead(answer.statusCode ?? 502, headers);
      response.flushHeaders();
      answer.on("error", () => response.destroy());
      answer.pipe(response);
      return;
    }
    const parts: Buffer[] = [];
    for await (const part of answer as AsyncIterable<Buffer>) parts.push(part);
    const body = JSON.parse(Buffer.concat(parts).toString("utf8")) as Record<string, unknown>;
    const { "content-length": _length, "transfer-encoding": _encoding, ...kept } = headers;
    response.writeHead(answer.statusCode ?? 502, kept).end(JSON.stringify(alteration.json(body)));
  }
}
