import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseEngineAnswer } from "../../../agent/docker/answer.ts";
import { engineTime } from "../../../agent/docker/engine-time.ts";
import { jsonLines } from "../../../agent/docker/json-lines.ts";
import { joinLogFrames } from "../../../agent/docker/log-frames.ts";
import * as z from "zod";

/** Cuts a body anywhere, also in the middle of a character. */
async function* inChunks(body: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let turn = 0; at < body.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield body.subarray(at, at + size);
    at += size;
  }
}

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const collected: string[] = [];
  for await (const line of lines) collected.push(line);
  return collected;
}

function frame(stream: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });

test("events arrive whole, in order and once, however the connection cuts them", async () => {
  const value = fc.record({ name: fc.string({ unit: "grapheme" }), n: fc.integer() });
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 20 }), sizes, fc.boolean(), async (values, cuts, ended) => {
      const text = values.map((one) => JSON.stringify(one)).join("\r\n") + (ended ? "\n" : "");
      const lines = await collect(jsonLines(inChunks(Buffer.from(text), cuts), "GET /events"));
      expect(lines.map((line) => JSON.parse(line))).toEqual(values);
    }),
  );
});

test("a line without an end is refused before it fills the memory", async () => {
  const endless = async function* (): AsyncGenerator<Buffer> {
    for (;;) yield Buffer.alloc(65_536, "x");
  };
  await expect(collect(jsonLines(endless(), "GET /events"))).rejects.toMatchObject({
    code: "unexpected",
    message: expect.stringContaining("GET /events"),
  });
});

test("framed logs are joined in the order in which they were written, both streams", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(1, 2), fc.string({ unit: "grapheme", maxLength: 300 }))), (parts) => {
      const body = Buffer.concat(parts.map(([stream, text]) => frame(stream, Buffer.from(text))));
      expect(joinLogFrames(body)).toBe(parts.map(([, text]) => text).join(""));
    }),
  );
});

test("a last log frame that was cut off is kept as far as it goes", () => {
  const body = Buffer.concat([frame(1, Buffer.from("whole\n")), frame(2, Buffer.from("cut off"))]);
  expect(joinLogFrames(body.subarray(0, body.length - 4))).toBe("whole\ncut");
});

test("the unframed log of a container with a terminal is shown as it is", () => {
  expect(joinLogFrames(Buffer.from("plain text of a terminal\r\n"))).toBe("plain text of a terminal\r\n");
  expect(joinLogFrames(Buffer.from("hi"))).toBe("hi");
  expect(joinLogFrames(Buffer.alloc(0))).toBe("");
});

test("N12 nanosecond stamps keep every digit", () => {
  const stamp = z.object({ timeNano: z.string() });
  expect(parseEngineAnswer(stamp, '{"timeNano":1795470680829123457}', "GET /events").timeNano).toBe(
    "1795470680829123457",
  );
  const inLabel = '{"a":"\\"timeNano\\":1","timeNano":9007199254740993}';
  expect(parseEngineAnswer(stamp, inLabel, "GET /events").timeNano).toBe("9007199254740993");
});

test.each([
  ["2026-11-23T21:37:21.064853969Z", "1795469841.064853969"],
  ["2026-11-23T22:37:21.06+01:00", "1795469841.060000000"],
  ["2026-11-23T21:37:21Z", "1795469841.000000000"],
  ["yesterday", null],
  [undefined, null],
])("the engine's time %s becomes %s", (systemTime, time) => {
  expect(engineTime(systemTime)).toBe(time);
});
