import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A request as the server took it. */
export interface SeenRequest {
  readonly method: string;
  /** With its query, as it was asked for. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
}

/** `hang` never answers; `drop` takes the request and closes the connection. */
export type Reply =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  | "hang"
  | "drop";

export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  /** Every request so far, in order. */
  readonly seen: readonly SeenRequest[];
}

/** An HTTP server on loopback that answers as told: for answers that a well-behaved GitHub does not give. */
export async function startScriptedServer(
  script: (request: SeenRequest, index: number) => Reply,
): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const raw = await text(incoming);
    const request: SeenRequest = {
      method: incoming.method ?? "",
      path: incoming.url ?? "",
      headers: incoming.headers as Record<string, string | undefined>,
      body: raw === "" ? undefined : JSON.parse(raw),
    };
    seen.push(request);
    answer(outgoing, script(request, seen.length - 1));
  };
  const server = createServer((incoming, outgoing) => {
    // The stand-in lives in the time of its test.
    outgoing.sendDate = false;
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

function answer(outgoing: ServerResponse, reply: Reply): void {
  if (reply === "hang") return;
  if (reply === "drop") return void outgoing.destroy();
  const body = reply.body === undefined ? "" : typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body);
  outgoing.writeHead(reply.status, { "content-type": "application/json; charset=utf-8", ...reply.headers });
  outgoing.end(body);
}
