import { expect, test } from "vitest";

import { encode } from "../../../shared/link/codec.ts";
import type { Up } from "../../../shared/link/up.ts";
import { FakeLink, helloFrame } from "./fake-link.ts";

test("the newest connection wins and the one before is told who took over", () => {
  const link = new FakeLink();
  const first = link.connect({ instance: "old" });
  const second = link.connect({ instance: "new", host: "other.local" });
  expect(first.closed).toEqual({ code: 4409, reason: "new on other.local has taken over" });
  expect(first.framesOf("bye")).toMatchObject([{ code: 4409, reason: "new on other.local has taken over" }]);
  expect(second.closed).toBeNull();
  expect(link.server.live()).toBe(second);
});

test("a host name of any script and length does not keep the old connection open", () => {
  const link = new FakeLink();
  const first = link.connect();
  link.connect({ instance: "ναs".repeat(20), host: "büro-".repeat(25) });
  expect(first.closed?.code).toBe(4409);
  expect(first.closed?.reason).toMatch(/^[\x20-\x7e]{1,123}$/);
});

const report = { slots: 9, busy: 9, demand: 9, lastSweepAt: null, lastCompleteSweepAt: null };

test.each<[string, (fence: number) => Up]>([
  ["ack", (fence) => ({ type: "ack", fence, upTo: 2 })],
  ["nack", (fence) => ({ type: "nack", fence, seq: 1, verdict: "poison", reason: "x" })],
  ["report", (fence) => ({ type: "report", fence, report })],
  ["probe", (fence) => ({ type: "probe", fence, id: "p" })],
])("L6 a %s of a connection that was taken over changes nothing and gets 4409", (_type, frame) => {
  const link = new FakeLink();
  link.deliver(2);
  const stale = link.connect();
  link.connect();
  stale.closed = null;
  stale.sent.length = 0;
  link.say(stale, frame(1));
  expect(stale.closed).toMatchObject({ code: 4409 });
  expect(stale.framesOf("probed")).toEqual([]);
  expect([link.mailbox.acked(), link.mailbox.dead(), link.mailbox.report.last()]).toEqual([0, 0, null]);
});

test("a frame with another connection's fence is stale, even on the newest connection", () => {
  const link = new FakeLink();
  link.deliver(2);
  link.connect();
  const socket = link.connect();
  link.say(socket, { type: "ack", fence: 1, upTo: 2 });
  expect(socket.closed).toMatchObject({ code: 4409 });
  expect(link.mailbox.acked()).toBe(0);
});

test("a second hello on one connection raises the fence and does not end it", () => {
  const link = new FakeLink();
  link.deliver(2);
  const socket = link.connect();
  link.say(socket, helloFrame());
  expect(socket.closed).toBeNull();
  expect(socket.framesOf("welcome").map(({ fence }) => fence)).toEqual([1, 2]);
  expect(socket.seqs()).toEqual([1, 2, 1, 2]);
});

test("frames before the hello end the link", () => {
  const link = new FakeLink();
  const socket = link.socket();
  link.say(socket, { type: "ack", fence: 0, upTo: 0 });
  expect(socket.closed).toMatchObject({ code: 4400, reason: "the first frame must be hello" });
});

test.each([
  ["another protocol version", { protocol: 3 }, /protocol 3 is not spoken here \(2, 1\); deploy the edge first/],
  ["a capability that the edge lacks", { requires: ["teleport"] }, /capability teleport is not known here/],
])("%s is refused with 4406 and takes the link from nobody", (_name, change, reason) => {
  const link = new FakeLink();
  const incumbent = link.connect();
  const socket = link.connect(change);
  expect(socket.closed?.code).toBe(4406);
  expect(socket.closed?.reason).toMatch(reason);
  expect(socket.framesOf("bye")[0]?.retryAfterMs).toBeGreaterThan(0);
  expect(incumbent.closed).toBeNull();
  expect(link.mailbox.fence()).toBe(1);
});

test.each([
  ["no text", new ArrayBuffer(4)],
  ["no JSON", "hello"],
  ["no object", "[1]"],
  ["no type", "{}"],
  ["a hello without fields", '{"type":"hello"}'],
  ["half an acknowledgement", '{"type":"ack","fence":1,"upTo":0.5}'],
  ["too large", `{"type":"hello","pad":"${"x".repeat(300_000)}"}`],
])("a frame that is %s ends the link with 4400 and is named in the log", (_name, data) => {
  const link = new FakeLink();
  const socket = link.connect();
  link.edge.receive(socket, data);
  expect(socket.closed?.code).toBe(4400);
  expect(link.log.records()).toContainEqual(expect.objectContaining({ level: "warn", msg: "link frame refused" }));
});

test("a frame of a type that is not known yet is passed over", () => {
  const link = new FakeLink();
  const socket = link.connect();
  link.edge.receive(socket, '{"type":"from-tomorrow","fence":1}');
  expect(socket.closed).toBeNull();
});

test("a hello whose capabilities are unknown text is answered with a reason that a close frame can carry", () => {
  const link = new FakeLink();
  const socket = link.socket();
  link.edge.receive(socket, encode(helloFrame({ requires: ["✓".repeat(200)] })));
  expect(socket.closed?.reason).toMatch(/^[\x20-\x7e]{1,123}$/);
});
