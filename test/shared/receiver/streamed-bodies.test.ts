import { describe, expect, test } from "vitest";

import { MAX_BODY_BYTES } from "../../../shared/receiver/read-body.ts";
import { newBench } from "./receiver-bench.ts";

describe("a body that comes in pieces and is", () => {
  test("over 1 MiB by its content-length is refused before it is read", async () => {
    const bench = newBench();
    const { request, pulled } = streamed(10, { "content-length": String(MAX_BODY_BYTES + 1) });
    expect((await bench.send(request)).status).toBe(413);
    expect(pulled()).toBeLessThanOrEqual(1);
  });

  test.each(["10", "-1", "many", "1e9999999x"])(
    "E12 over 1 MiB with the lying content-length %s is cut off at the limit",
    async (length) => {
      const bench = newBench();
      const { request, pulled, cancelled } = streamed(100, { "content-length": length });
      expect((await bench.send(request)).status).toBe(413);
      expect(pulled()).toBeLessThan(100);
      expect(cancelled()).toBe(true);
    },
  );
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
