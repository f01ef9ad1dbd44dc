import fc from "fast-check";
import { expect, test } from "vitest";

import { REDIAL } from "../../../agent/link/link-client.ts";
import { Backoff } from "../../../shared/clock/backoff.ts";
import { CLOSE } from "../../../shared/link/close-codes.ts";
import { batchFrame } from "../../stand-ins/edge/frames.ts";
import { linkFixture } from "./link-fixture.ts";

test("L9: waits are spread over the whole of a range that doubles from one second to thirty", () => {
  const highest = new Backoff(REDIAL, () => 0.999999);
  expect(Array.from({ length: 8 }, () => highest.nextMs())).toEqual([
    1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
  ]);
  const lowest = new Backoff(REDIAL, () => 0);
  expect(Array.from({ length: 8 }, () => lowest.nextMs())).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.nat({ max: 2000 }),
      (random, failures) => {
        const backoff = new Backoff(REDIAL, () => random);
        for (let count = 0; count < failures; count += 1) backoff.nextMs();
        const range = Math.min(30_000, 1000 * 2 ** failures);
        expect(backoff.nextMs()).toBe(Math.round(random * range));
      },
    ),
  );
});

test("L9: an edge that is down for ten minutes is dialled with jitter and a growing wait, not in a storm", async () => {
  const { client, clock, dial } = linkFixture({ random: () => 0.5 });
  const dialledAtMs: number[] = [];
  dial.onDial = (connection) => {
    dialledAtMs.push(clock.now());
    connection.close({ reason: "connect ECONNREFUSED" });
  };
  client.start();
  await clock.advance(600_000);
  const waits = dialledAtMs.slice(1).map((at, index) => at - (dialledAtMs[index] ?? 0));
  expect(waits.slice(0, 7)).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  expect(new Set(waits.slice(5))).toEqual(new Set([15_000]));
  expect(clock.pending).toBe(1);
});

test("L9: an edge that takes the agent and drops it again does not reset the wait; a minute of peace does", async () => {
  const { client, clock, dial, welcome } = linkFixture({ random: () => 0.5 });
  client.start();
  const waits: number[] = [];
  const dropAfter = async (upMs: number): Promise<void> => {
    await clock.advance(0);
    const connection = welcome({ fence: dial.connections.length });
    for (let up = 0; up < upMs; up += 10_000) {
      await clock.advance(Math.min(10_000, upMs - up));
      connection.receive("pong");
    }
    connection.close();
    const before = dial.connections.length;
    const downAtMs = clock.now();
    while (dial.connections.length === before) await clock.advance((clock.nextAtMs ?? clock.now()) - clock.now());
    waits.push(clock.now() - downAtMs);
  };
  for (const upMs of [10, 10, 10, 59_990, 10]) await dropAfter(upMs);
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000]);
  await dropAfter(60_000);
  expect(waits.at(-1)).toBe(500);
});

test("an edge that takes connections and welcomes nobody is dialled ever more rarely", async () => {
  const { client, clock, dial } = linkFixture({ random: () => 0.5 });
  const dialledAtMs: number[] = [];
  dial.onDial = (connection) => {
    dialledAtMs.push(clock.now());
    connection.open();
  };
  client.start();
  await clock.advance(180_000);
  const gaps = dialledAtMs.slice(1).map((at, index) => at - (dialledAtMs[index] ?? 0));
  expect(gaps).toEqual([20_500, 21_000, 22_000, 24_000, 28_000, 35_000]);
});

test("the edge's wish when to come back is honoured, once", async () => {
  const { client, clock, dial, welcome } = linkFixture({ random: () => 0 });
  client.start();
  const connection = welcome();
  connection.receive({
    type: "bye",
    code: CLOSE.flapping,
    reason: "come back later",
    retryAfterMs: 60_000,
  });
  connection.close({ code: CLOSE.flapping });
  await clock.advance(59_999);
  expect(dial.connections).toHaveLength(1);
  await clock.advance(1);
  expect(dial.connections).toHaveLength(2);
  dial.last.close();
  await clock.advance(0);
  expect(dial.connections).toHaveLength(3);
});

test("L5: an agent whose place was taken by another waits before it takes it back, and says what is wrong", async () => {
  const { client, clock, dial, records, welcome } = linkFixture({ random: () => 0 });
  client.start();
  welcome().close({ code: CLOSE.superseded, reason: "nas on other has taken over" });
  await clock.advance(4999);
  expect(dial.connections).toHaveLength(1);
  await clock.advance(1);
  expect(dial.connections).toHaveLength(2);
  expect(records()).toContainEqual(
    expect.objectContaining({ msg: "link down", remedy: expect.stringContaining("one agent only") }),
  );
});

test.each([
  [401, "HOOKLINE_TOKEN"],
  [404, "HOOKLINE_EDGE_URL"],
  [426, "HOOKLINE_EDGE_URL"],
])("an edge that answers %i is tried again, and the record says to look at %s", async (status, name) => {
  const { client, clock, dial, told, records } = linkFixture();
  dial.onDial = (connection) => connection.close({ status, reason: `the edge answered ${status}` });
  client.start();
  await clock.advance(120_000);
  expect(dial.connections.length).toBeGreaterThan(5);
  expect(told[0]).toBe("down 1006");
  const [record] = records();
  expect(record).toMatchObject({ level: "warn", msg: "link down", reason: `the edge answered ${status}` });
  expect(record?.["remedy"]).toContain(name);
});

test.each([
  ["getaddrinfo ENOTFOUND hookline.nobody.workers.dev", "name in HOOKLINE_EDGE_URL"],
  ["getaddrinfo EAI_AGAIN hookline.nobody.workers.dev", "name server"],
  ["connect ECONNREFUSED 203.0.113.7:443", "host and port in HOOKLINE_EDGE_URL"],
  ["connect ETIMEDOUT 203.0.113.7:443", "way to the internet"],
  ["unable to verify the first certificate", "NODE_EXTRA_CA_CERTS"],
])("an address where nobody is dialled in vain, and the record says what to look at: %s", async (reason, remedy) => {
  const { client, clock, dial, records } = linkFixture();
  dial.onDial = (connection) => connection.close({ code: 1006, reason });
  client.start();
  await clock.advance(1000);
  expect(records()[0]).toMatchObject({ msg: "link down", reason, remedy: expect.stringContaining(remedy) as string });
  expect(client.state().lastClose?.remedy).toContain(remedy);
});

test("a connection that just broke is no reason to doubt the address", async () => {
  const { client, clock, records, welcome } = linkFixture();
  client.start();
  welcome().close({ code: 1006, reason: "terminated" });
  await clock.advance(0);
  const record = records().find(({ msg }) => msg === "link down");
  expect(record).toMatchObject({ reason: "terminated" });
  expect(record?.["remedy"]).toBeUndefined();
});

test("L7: a link that was down for half an hour comes back by itself and delivers", async () => {
  const { client, clock, dial, told, welcome } = linkFixture();
  client.start();
  welcome().close();
  dial.onDial = (connection) => connection.close();
  await clock.advance(30 * 60_000);
  expect(client.connected).toBe(false);
  dial.onDial = () => {};
  const before = dial.connections.length;
  await clock.advance(30_000);
  expect(dial.connections).toHaveLength(before + 1);
  welcome({ fence: 2, head: 1 }).receive(batchFrame(0, 1, { fence: 2, replay: true }));
  expect(client.connected).toBe(true);
  expect(told.slice(-2)).toEqual(["received 1 replay", "caught up"]);
});

test("L8: a thousand reconnects leave no timer and no open connection behind", async () => {
  const { client, clock, dial, welcome } = linkFixture({ random: () => 0.5 });
  client.start();
  const timers = new Set<number>();
  for (let count = 1; count <= 1000; count += 1) {
    const connection = welcome({ fence: count });
    timers.add(clock.pending);
    if (count % 2 === 0) connection.close();
    else connection.receive("{");
    await clock.advance(30_000);
    expect(dial.connections).toHaveLength(count + 1);
  }
  expect(timers.size).toBe(1);
  expect(dial.connections.filter(({ ended }) => !ended)).toHaveLength(1);
});

test("stopping ends the link for good: connection terminated, no timer, no dial, no word to the daemon", async () => {
  const { client, clock, dial, told, welcome } = linkFixture();
  client.start();
  const connection = welcome();
  await clock.advance(25_000);
  client.stop();
  expect([connection.terminated, clock.pending, client.connected]).toEqual([true, 0, false]);
  await clock.advance(600_000);
  expect(dial.connections).toHaveLength(1);
  expect(told).toEqual(["welcomed 1", "caught up"]);
});

test("stopping between two dials ends the next one too", async () => {
  const { client, clock, dial } = linkFixture();
  client.start();
  dial.last.close();
  expect(clock.pending).toBe(1);
  client.stop();
  await clock.advance(600_000);
  expect([clock.pending, dial.connections.length]).toEqual([0, 1]);
});

test("reports go out on a welcomed link only, under its fence", () => {
  const { client, dial, welcome } = linkFixture();
  const report = { slots: 2, busy: 1, demand: 3, lastSweepAt: 1, lastCompleteSweepAt: null };
  client.start();
  dial.last.open();
  client.report(report);
  const connection = welcome({ fence: 9 });
  client.report(report);
  expect(connection.framesOf("report")).toEqual([{ type: "report", fence: 9, report }]);
});
