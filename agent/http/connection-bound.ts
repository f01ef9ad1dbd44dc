import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** A delivery is here within a fraction of that: until then nobody is said to hold a place for nothing. */
const GRACE_MS = 2000;

/**
 * Keeps a server to `most` connections. At the bound the one goes that has been longest without a complete request,
 * among those that have had two seconds for one; idle ones that had theirs go after those that never had any. So neither
 * strangers who hold back a request nor strangers who ask for something small and stay keep GitHub out.
 */
export function boundConnections(server: Server, most: number, monotonicMs: () => number): void {
  // Those that never had one, in the order of their beginning, and the others in the order of their last.
  const [never, before] = [new Map<Socket, number>(), new Map<Socket, number>()];
  const renew = (socket: Socket): void => {
    if (never.delete(socket) || before.delete(socket)) before.set(socket, monotonicMs());
  };
  server.on("connection", (socket: Socket) => {
    const isFull = never.size + before.size >= most;
    if (isFull) longestWithout(never, before, monotonicMs() - GRACE_MS)?.destroy();
    never.set(socket, monotonicMs());
    socket.once("close", () => never.delete(socket) || before.delete(socket));
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    request.once("end", () => renew(request.socket));
    response.once("finish", () => renew(request.socket));
  });
}

function longestWithout(
  never: ReadonlyMap<Socket, number>,
  before: ReadonlyMap<Socket, number>,
  graceFromMs: number,
): Socket | undefined {
  const firsts = [never, before].flatMap((sockets) => {
    const first = sockets.entries().next().value;
    return first === undefined ? [] : [{ socket: first[0], sinceMs: first[1] }];
  });
  return (firsts.find(({ sinceMs }) => sinceMs <= graceFromMs) ?? firsts[0])?.socket;
}
