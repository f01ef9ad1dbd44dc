import type { Socket } from "node:net";

import { MAX_ANSWER, MAX_REQUEST } from "./protocol.ts";

/**
 * The lines that come on a socket, without their breaks. Ends with the connection, however that ends, and at a line
 * that is too long. Whoever stops reading may go on writing; the end of the other side is noticed all the same.
 */
export async function* linesOf(socket: Socket, maxLine = MAX_ANSWER): AsyncGenerator<string> {
  socket.setEncoding("utf8");
  let rest = "";
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      const lines = (rest + String(chunk)).split("\n");
      rest = lines.pop() ?? "";
      if ([...lines, rest].some((line) => line.length > maxLine)) return;
      yield* lines;
    }
  } catch {
    // A connection that breaks ends like one that closes.
  } finally {
    socket.resume();
  }
}

/** The request, or null if none comes. */
export async function firstLineOf(socket: Socket): Promise<string | null> {
  for await (const line of linesOf(socket, MAX_REQUEST)) return line;
  return null;
}
