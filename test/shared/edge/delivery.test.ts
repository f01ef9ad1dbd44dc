import { fc, test as propertyTest } from "@fast-check/vitest";
import { expect, test } from "vitest";

import { MAX_FRAME_BYTES } from "../../../shared/link/protocol.ts";
import { guid, queuedSignal } from "../../samples/signal.ts";
import { FakeLink, type FakeSocket } from "./fake-link.ts";
import { PairedLink } from "./paired-link.ts";

const upTo = (last: number, first = 1): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, n) => first + n);

test("the welcome says where both sides stand and which jobs are open", () => {
  const link = new FakeLink();
  link.deliver(2);
  const socket = link.connect();
  const [welcome] = socket.framesOf("welcome");
  expect(welcome).toMatchObject({ protocol: 2, stream: "stream-1", fence: 1, head: 2, acked: 0, gap: null });
  expect(welcome?.openJobs.map(({ jobId }) => jobId)).toEqual([1001, 1002]);
  expect(welcome?.openJobsComplete).toBe(true);
});

test("what waited comes as replay, what comes then as live, each once and in order", () => {
  const link = new FakeLink();
  link.deliver(3);
  const socket = link.connect();
  link.deliver(2);
  expect(socket.batches().map(({ replay, after }) => [replay, after])).toEqual([
    [true, 0],
    [false, 3],
    [false, 4],
  ]);
  expect(socket.seqs()).toEqual([1, 2, 3, 4, 5]);
});

test("nothing is sent to a socket before its hello", () => {
  const link = new FakeLink();
  const socket = link.socket();
  link.deliver(3);
  expect(socket.sent).toEqual([]);
});

test("never more than the window is on the way, and an acknowledgement lets on as many as it took", () => {
  const link = new FakeLink();
  link.deliver(20);
  const socket = link.connect({ window: 8 });
  expect(socket.seqs()).toEqual(upTo(8));
  link.deliver(1);
  expect(socket.seqs()).toEqual(upTo(8));
  link.ack(socket, 3);
  expect(socket.seqs()).toEqual(upTo(11));
  link.ack(socket, 11);
  expect(socket.seqs()).toEqual(upTo(19));
});

test("dead letters within the window do not open it", () => {
  const link = new FakeLink();
  link.deliver(10);
  for (const seq of upTo(8, 2)) link.mailbox.bury(seq, "unreadable", 1, link.nowMs);
  const socket = link.connect({ window: 2 });
  link.deliver(5);
  expect(socket.seqs()).toEqual([1, 9]);
  link.ack(socket, 9);
  expect(socket.seqs()).toEqual([1, 9, 10, 11]);
});

propertyTest.prop([
  fc.integer({ min: 1, max: 10 }),
  fc.array(fc.record({ do: fc.constantFrom("deliver", "ack", "reconnect"), n: fc.nat({ max: 12 }) }), {
    maxLength: 40,
  }),
])("whatever order of deliveries, acks and reconnects: within the window, nothing lost", (window, steps) => {
  const link = new FakeLink();
  let socket = link.connect({ window });
  for (const step of steps) {
    if (step.do === "deliver") link.deliver(step.n);
    if (step.do === "ack") link.ack(socket, Math.min(link.mailbox.acked() + step.n, socket.state.sentUpTo));
    if (step.do === "reconnect") socket = link.connect({ window });
    expect(socket.state.sentUpTo - link.mailbox.acked()).toBeLessThanOrEqual(window);
  }
  for (let rounds = 0; link.mailbox.unacked() > 0 && rounds < 1000; rounds += 1)
    link.ack(socket, socket.state.sentUpTo);
  expect(link.mailbox.unacked()).toBe(0);
  const first = socket.framesOf("welcome").at(-1)?.acked ?? 0;
  expect(socket.seqs()).toEqual(upTo(link.mailbox.head(), first + 1));
});

test("an agent that comes back gets what it has not acknowledged again, and nothing else", () => {
  const link = new FakeLink();
  link.deliver(5);
  const first = link.connect();
  link.ack(first, 2);
  const second = link.connect({ acked: 3 });
  expect(link.mailbox.acked()).toBe(3);
  expect(second.seqs()).toEqual([4, 5]);
  expect(second.batches().every(({ replay }) => replay)).toBe(true);
});

test("what an agent acknowledged in another mailbox counts for nothing here", () => {
  const link = new FakeLink();
  link.deliver(3);
  const socket = link.connect({ stream: "another", acked: 3 });
  expect(socket.seqs()).toEqual([1, 2, 3]);
});

test("an ack of a signal that was never sent ends the link and acknowledges nothing", () => {
  const link = new FakeLink();
  link.deliver(5);
  const socket = link.connect({ window: 2 });
  link.ack(socket, 3);
  expect(socket.closed).toMatchObject({ code: 4400 });
  expect(link.mailbox.acked()).toBe(0);
});

test("a frame stays within its bounds: 50 signals, and 256 KiB however large they are", () => {
  const link = new FakeLink();
  link.deliver(200);
  const small = link.connect({ window: 1024 });
  expect(Math.max(...small.batches().map(({ signals }) => signals.length))).toBe(50);
  link.ack(small, 200);
  link.deliver(40, { labels: ["linux", ...Array.from({ length: 99 }, (_, n) => `${n}`.padEnd(256, "x"))] });
  expect(link.mailbox.unacked()).toBe(0);
  const wide = {
    routes: [{ owner: "acme", labels: ["linux", ...Array.from({ length: 99 }, (_, n) => `${n}`.padEnd(256, "x"))] }],
  };
  link.connect(wide);
  link.deliver(40, { labels: wide.routes[0]?.labels ?? [] });
  const large = link.connect({ ...wide, acked: 200, window: 1024 });
  expect(large.seqs()).toEqual(upTo(240, 201));
  expect(Math.max(...large.sent.map((text) => text.length))).toBeLessThanOrEqual(MAX_FRAME_BYTES);
});

test("the routes of the hello decide from then on what is kept", () => {
  const link = new FakeLink();
  link.connect({ routes: [{ owner: "other", labels: ["linux"] }] });
  link.deliver(1);
  expect(link.mailbox.head()).toBe(0);
});

test("a report is kept for the doctor and a probe is answered from storage", () => {
  const link = new FakeLink();
  const socket = link.connect();
  link.deliver(2);
  link.ack(socket, 1);
  link.nowMs += 500;
  const report = { slots: 2, busy: 1, demand: 0, lastSweepAt: null, lastCompleteSweepAt: null };
  link.say(socket, { type: "report", fence: 1, report });
  link.say(socket, { type: "probe", fence: 1, id: "p1" });
  expect(link.mailbox.report.last()).toEqual({ atMs: link.nowMs, report });
  expect(socket.framesOf("probed")).toEqual([
    { type: "probed", fence: 1, id: "p1", head: 2, acked: 1, now: link.nowMs },
  ]);
});

test("E-11: a redelivery of what was stored and never sent sends it", () => {
  const link = new FakeLink();
  const socket = link.connect();
  // The process failed between the insert and the send; GitHub was answered 503 and delivers again.
  link.mailbox.accept(queuedSignal(7));
  expect(socket.seqs()).toEqual([]);

  expect(link.edge.host.accept(queuedSignal(7), null)).toEqual({ kind: "duplicate", seq: 1 });

  expect(socket.seqs()).toEqual([1]);
});

test("E-7: a pool that the agent adds while it is connected is served at once", async () => {
  const link = new PairedLink();
  link.client.start();
  await link.advance(1000);
  link.edge.deliver(1, { labels: ["gpu"] });
  link.routes = [...link.routes, { owner: "acme", labels: ["gpu"] }];
  link.client.announce();
  await link.advance(1000);
  link.edge.deliver(1, { labels: ["gpu"] });
  await link.advance(1000);
  expect(link.fresh).toEqual([guid(2)]);
  expect(link.welcomes).toBe(1);
});

test("E-7: an edge of protocol 1 hears of an added pool by a new hello", async () => {
  const link = new PairedLink(undefined, new FakeLink({ spoken: [1] }));
  link.client.start();
  await link.advance(5000);
  link.routes = [{ owner: "acme", labels: ["gpu"] }];
  link.client.announce();
  await link.advance(10_000);
  link.edge.deliver(1, { labels: ["gpu"] });
  await link.advance(1000);
  expect(link.fresh).toEqual([guid(1)]);
});

test("E-7: the welcome says whether the routes are news, and an older announcement changes nothing", () => {
  const link = new FakeLink();
  const changed = (socket: FakeSocket): unknown => socket.framesOf("welcome")[0]?.routesChanged;
  expect([changed(link.connect()), changed(link.connect())]).toEqual([true, false]);
  const socket = link.connect();
  const fence = socket.state.fence ?? 0;
  link.say(socket, { type: "routes", fence, revision: 2, routes: [{ owner: "acme", labels: ["new"] }] });
  link.say(socket, { type: "routes", fence, revision: 1, routes: [{ owner: "acme", labels: ["old"] }] });
  expect(link.host.accept(queuedSignal(1, { labels: ["new"] }), null)).toMatchObject({ kind: "stored" });
  expect(link.host.accept(queuedSignal(2, { labels: ["old"] }), null)).toMatchObject({ kind: "foreign" });
});
