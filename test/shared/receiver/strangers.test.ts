import { expect, test } from "vitest";

import { BODY_ROOM_BYTES } from "../../../shared/receiver/body-room.ts";
import { MAX_BODY_BYTES } from "../../../shared/receiver/read-body.ts";
import { workflowJob } from "../../samples/payload.ts";
import { guid } from "../../samples/signal.ts";
import { deliveryHeaders, newBench, type ReceiverBench } from "./receiver-bench.ts";

const DAY_MS = 24 * 60 * 60_000;

test("E-11: a thousand refusals are one record a minute for each reason, with how many there were", async () => {
  const bench = newBench();
  const unsigned = { "x-hub-signature-256": null };
  for (let n = 0; n < 500; n += 1) {
    await bench.deliver(workflowJob(1), unsigned);
    await bench.deliver(workflowJob(1), { "content-type": "text/plain" });
  }
  expect(refusals(bench)).toEqual([
    expect.objectContaining({ reason: "signature missing", status: 401 }),
    expect.objectContaining({ reason: "content type", status: 415 }),
  ]);
  bench.nowMs += 60_000;
  await bench.deliver(workflowJob(1), unsigned);
  expect(refusals(bench).slice(2)).toEqual([expect.objectContaining({ reason: "signature missing", untold: 499 })]);
});

test("E-11: deliveries of a hook while no secret is configured are one error record", async () => {
  const bench = newBench(null);
  for (let n = 0; n < 50; n += 1) await bench.deliver(workflowJob(1));
  expect(bench.log.records().filter(({ level }) => level === "error")).toHaveLength(1);
});

test("E-3: an upload that breaks off is no error of ours: no 5xx, no error record, counted with the refusals", async () => {
  const bench = newBench();
  const { request, body } = await upload();
  const answer = bench.send(request);
  body.write(new Uint8Array(10));
  body.breakOff();
  expect((await answer).status).toBe(400);
  expect(bench.log.records().filter(({ level }) => level === "error")).toEqual([]);
  expect(refusals(bench)).toEqual([expect.objectContaining({ reason: "body broken off" })]);
});

test("E-3: a body that has not come within its time is answered 408, and what was held of it is let go", async () => {
  const bench = newBench();
  const { request, body } = await upload();
  const answer = bench.send(request);
  body.write(new Uint8Array(10));
  await body.isRead();
  bench.timeOut();
  expect((await answer).status).toBe(408);
  expect(body.cancelled()).toBe(true);
});

test("E-3: a body in one-byte pieces is refused after two thousand of them, and one in small packets is not", async () => {
  const bench = newBench();
  const crumbs = await upload();
  const refused = bench.send(crumbs.request);
  for (let n = 0; n < 2049; n += 1) crumbs.body.write(new Uint8Array(1));
  expect((await refused).status).toBe(413);
  const packets = await upload();
  const read = bench.send(packets.request);
  for (let n = 0; n < MAX_BODY_BYTES; n += 512) packets.body.write(new Uint8Array(512));
  packets.body.end();
  expect((await read).status).toBe(401);
});

test("E-3: however many bodies are under way, together they hold a bounded memory, and a delivery's is not the one that goes", async () => {
  const bench = newBench();
  const crowd = [];
  for (let held = 0; held < 2 * BODY_ROOM_BYTES; held += MAX_BODY_BYTES) {
    const { request, body } = await upload();
    const answer = Promise.resolve(bench.send(request));
    body.write(new Uint8Array(MAX_BODY_BYTES - 1));
    await body.isRead();
    crowd.push({ answer, body });
  }
  expect((await bench.deliver(workflowJob(1))).status).toBe(202);
  for (const { body } of crowd) body.write(new Uint8Array(1));
  for (const { body } of crowd) body.end();
  const statuses = (await Promise.all(crowd.map(({ answer }) => answer))).map(({ status }) => status);
  expect(statuses.filter((status) => status === 503).length).toBeGreaterThanOrEqual(crowd.length / 2);
  expect(statuses.at(-1)).toBe(401);
});

test("E-9: after a clock that went back by a day, a new pool's jobs are asked about within seconds all the same", async () => {
  const bench = newBench();
  bench.mailbox.answer = () => ({ kind: "foreign", reason: "labels" });
  await bench.deliver(workflowJob(1), { "x-github-delivery": guid(1) });
  bench.nowMs -= DAY_MS;
  await bench.deliver(workflowJob(2), { "x-github-delivery": guid(2) });
  expect(bench.mailbox.signals).toHaveLength(2);
});

test("E-9: after a clock that went back by a day, notes are taken and bodies are stored as ever", async () => {
  const bench = newBench();
  await bench.deliver({}, { "x-github-event": "push" });
  for (let n = 1; n <= 4; n += 1) await bench.deliver(workflowJob(1), { "x-github-delivery": guid(n) });
  bench.nowMs -= DAY_MS;
  await bench.deliver({}, { "x-github-event": "push" });
  expect(bench.mailbox.notes).toHaveLength(2);
  await bench.deliver(workflowJob(1), { "x-github-delivery": guid(5) });
  expect(bench.mailbox.signals).toHaveLength(5);
});

test("E-8: one signed body under one GUID and invented hook ids reaches the mailbox four times an hour", async () => {
  const bench = newBench();
  for (let n = 1; n <= 50; n += 1) await bench.deliver(workflowJob(1), { "x-github-hook-id": String(n) });
  expect(bench.mailbox.signals.map(({ hookId }) => hookId)).toEqual(["1", "2", "3", "4"]);
  const redelivered = await bench.deliver(workflowJob(1), { "x-github-hook-id": "1" });
  expect(await redelivered.json()).toMatchObject({ status: "stored" });
});

test("E-11: storing has what is left of GitHub's time, counted from the request's start", async () => {
  const bench = newBench();
  await bench.deliver(workflowJob(1));
  expect(bench.deadlines).toHaveLength(1);
  expect(bench.mailbox.until).toBe(bench.deadlines[0]);
});

function refusals(bench: ReceiverBench) {
  return bench.log.records().filter(({ msg }) => msg === "delivery refused");
}

/** An unsigned request with a signature of the right form, whose body the test writes. */
async function upload() {
  const headers = { ...(await deliveryHeaders("{}")), "x-hub-signature-256": `sha256=${"0".repeat(64)}` };
  let wasCancelled = false;
  let wanted = (): void => {};
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (own) => void (controller = own),
      pull: () => wanted(),
      cancel: () => void (wasCancelled = true),
    },
    { highWaterMark: 0 },
  );
  const body = {
    write: (bytes: Uint8Array): void => void (wasCancelled || controller.enqueue(bytes)),
    end: (): void => void (wasCancelled || controller.close()),
    breakOff: (): void => controller.error(new Error("the client has gone")),
    /** Resolves once more is asked for than was written. */
    isRead: (): Promise<void> => new Promise((resolve) => void (wanted = resolve)),
    cancelled: () => wasCancelled,
  };
  const init = { method: "POST", body: stream, headers, duplex: "half" } as const;
  return { request: new Request("http://127.0.0.1/webhook", init), body };
}
