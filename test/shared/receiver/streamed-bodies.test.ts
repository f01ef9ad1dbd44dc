import { describe, expect, test } from "vitest";

import { guid } from "../../samples/signal.ts";
import { BodyRoom } from "../../../shared/receiver/body-room.ts";
import { MAX_BODY_BYTES, readBody } from "../../../shared/receiver/read-body.ts";
import { newBench } from "./receiver-bench.ts";

const FORM = `sha256=${"0".repeat(64)}`;
const NAMED = { "x-github-event": "workflow_job", "x-github-delivery": guid(1) };
const FULL = { "x-hub-signature-256": FORM, ...NAMED, "content-type": "application/json" };

describe("a body that comes in pieces and is", () => {
  test("over 1 MiB by its content-length is refused before it is read", async () => {
    const bench = newBench();
    const { request, pulled } = streamed(10, { ...FULL, "content-length": String(MAX_BODY_BYTES + 1) });
    expect((await bench.send(request)).status).toBe(413);
    expect(pulled()).toBeLessThanOrEqual(1);
  });

  test.each(["10", "-1", "many", "1e9999999x"])(
    "E12 over 1 MiB with the lying content-length %s is cut off at the limit",
    async (length) => {
      const bench = newBench();
      const { request, pulled, cancelled } = streamed(100, { ...FULL, "content-length": length });
      expect((await bench.send(request)).status).toBe(413);
      expect(pulled()).toBeLessThan(100);
      expect(cancelled()).toBe(true);
    },
  );
});

describe("E-3: before the signature nothing is held:", () => {
  test.each<[string, Record<string, string>, number]>([
    ["no signature", {}, 401],
    ["a signature of another form", { "x-hub-signature-256": "sha1=00" }, 401],
    ["no GUID", { "x-hub-signature-256": FORM, "x-github-event": "ping", "content-type": "application/json" }, 400],
    ["a form", { "x-hub-signature-256": FORM, ...NAMED, "content-type": "application/x-www-form-urlencoded" }, 415],
  ])("a request with %s is refused without a byte of its body", async (_what, headers, status) => {
    const bench = newBench();
    const { request, pulled } = streamed(3, headers);
    expect((await bench.send(request)).status).toBe(status);
    expect(pulled()).toBe(0);
  });

  test("a body is copied as it comes, so that its pieces are held by nobody", async () => {
    const piece = new Uint8Array(1);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (sent === 300) return controller.close();
          piece[0] = sent % 256;
          sent += 1;
          controller.enqueue(piece);
        },
      },
      { highWaterMark: 0 },
    );
    const request = new Request("http://127.0.0.1/", { method: "POST", body, duplex: "half" });
    const held = new BodyRoom().enter(MAX_BODY_BYTES);
    const read = await readBody(request, held, new AbortController().signal);
    expect([...(read as Uint8Array)]).toEqual(Array.from({ length: 300 }, (_, n) => n % 256));
  });
});

/** What a runtime does that reads into memory it is given: https://streams.spec.whatwg.org/#rbs-controller-byob-request */
function byteStream(bytes: number) {
  let [sent, intoOurs] = [0, 0];
  const body = new ReadableStream({
    type: "bytes",
    pull(controller: ReadableByteStreamController) {
      const request = controller.byobRequest;
      if (request === null)
        return sent < bytes ? ((sent += 1), controller.enqueue(new Uint8Array([7]))) : controller.close();
      if (sent === bytes) {
        controller.close();
        return request.respond(0);
      }
      [sent, intoOurs] = [sent + 1, intoOurs + 1];
      (request.view as Uint8Array)[0] = sent % 256;
      request.respond(1);
    },
  });
  return { body, intoOurs: () => intoOurs };
}

describe("E-3: a runtime that reads into memory it is given allocates none for a piece:", () => {
  const readAll = (body: ReadableStream<Uint8Array>) => {
    const request = new Request("http://127.0.0.1/", { method: "POST", body, duplex: "half" });
    return readBody(request, new BodyRoom().enter(MAX_BODY_BYTES), new AbortController().signal);
  };

  test.each([0, 1, 300, 2048])(
    "a body of %d one-byte pieces is read byte for byte, each into our memory",
    async (bytes) => {
      const { body, intoOurs } = byteStream(bytes);
      const read = await readAll(body);
      expect([...(read as Uint8Array)]).toEqual(Array.from({ length: bytes }, (_, n) => (n + 1) % 256));
      expect(intoOurs()).toBe(bytes);
    },
  );

  test("a megabyte of them is given up at the bound, and not read any further", async () => {
    const { body, intoOurs } = byteStream(MAX_BODY_BYTES);
    expect(await readAll(body)).toBe("in-crumbs");
    expect(intoOurs()).toBe(2049);
  });

  test.each([10, 16_384, 16_385, MAX_BODY_BYTES])(
    "a body of %d bytes that is there at once is read whole",
    async (size) => {
      const text = "abcdefg".repeat(size / 7 + 1).slice(0, size);
      const request = new Request("http://127.0.0.1/", { method: "POST", body: text });
      const read = await readBody(request, new BodyRoom().enter(MAX_BODY_BYTES), new AbortController().signal);
      expect(new TextDecoder().decode(read as Uint8Array) === text).toBe(true);
    },
  );

  test("one that breaks off is told from one that ends, and a deadline ends a reading under way", async () => {
    const broken = new ReadableStream({ type: "bytes", pull: (controller) => controller.error(new Error("gone")) });
    expect(await readAll(broken)).toBe("broken-off");
    const deadline = new AbortController();
    const body = new ReadableStream({ type: "bytes" });
    const request = new Request("http://127.0.0.1/", { method: "POST", body, duplex: "half" });
    const read = readBody(request, new BodyRoom().enter(MAX_BODY_BYTES), deadline.signal);
    deadline.abort();
    expect(await read).toBe("too-slow");
  });
});

/** A request whose body comes in chunks of 64 KiB, and what became of it. */
function streamed(chunks: number, headers: Record<string, string>) {
  let pulled = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (pulled === chunks) return controller.close();
        pulled += 1;
        controller.enqueue(new Uint8Array(64 * 1024));
      },
      cancel() {
        cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  const init = { method: "POST", body, headers, duplex: "half" } as const;
  return { request: new Request("http://127.0.0.1/webhook", init), pulled: () => pulled, cancelled: () => cancelled };
}
