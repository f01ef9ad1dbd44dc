/** What a reading fills at most: a usual delivery in one. */
const ROOM_BYTES = 16 * 1024;

/** A body as it comes, a piece at a time. A piece counts until the next one is asked for. */
export interface BodyPieces {
  next(): Promise<Uint8Array | "end" | "broken-off">;
  /** Ends a reading under way as at the end of the body. */
  cancel(why: string): void;
}

/**
 * The pieces of a body. A runtime that reads into memory it is given gets the same for all of them: workerd allocates
 * four kilobytes for each reading otherwise, were it of one byte. https://streams.spec.whatwg.org/#byob-reader-read
 */
export function piecesOf(body: ReadableStream<Uint8Array>): BodyPieces {
  const given = readerIntoMemory(body);
  return given === null ? asSent(body.getReader()) : intoOneMemory(given);
}

/** Null for a stream that is not of bytes, as Node's are. */
function readerIntoMemory(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return null;
  }
}

function asSent(reader: ReadableStreamReader<Uint8Array>): BodyPieces {
  return {
    next: () =>
      unlessBroken(async () => {
        const { done, value } = await reader.read();
        return done || value === undefined ? "end" : value;
      }),
    cancel: (why) => void reader.cancel(why).catch(() => {}),
  };
}

function intoOneMemory(reader: ReadableStreamBYOBReader): BodyPieces {
  let room = new ArrayBuffer(ROOM_BYTES);
  return {
    next: () =>
      unlessBroken(async () => {
        const { value } = await reader.read(new Uint8Array(room));
        if (value === undefined || value.byteLength === 0) return "end";
        room = value.buffer;
        return value;
      }),
    cancel: (why) => void reader.cancel(why).catch(() => {}),
  };
}

async function unlessBroken<T>(read: () => Promise<T>): Promise<T | "broken-off"> {
  try {
    return await read();
  } catch {
    return "broken-off";
  }
}
