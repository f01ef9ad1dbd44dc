import { expect, test } from "vitest";

import { batchFrame } from "../../stand-ins/edge/frames.ts";
import { linkFixture } from "./link-fixture.ts";

test("the agent pings every twenty seconds, busy or not", async () => {
  const { client, clock, welcome } = linkFixture();
  client.start();
  const connection = welcome();
  for (let count = 1; count <= 14; count += 1) {
    await clock.advance(20_000);
    expect(connection.pings()).toBe(count);
    connection.receive("pong");
  }
  expect(connection.terminated).toBe(false);
});

test("L1: 45 seconds after the last sign of life the connection is terminated, not closed, and dialled again", async () => {
  const { client, clock, dial, told, records, welcome } = linkFixture();
  client.start();
  const connection = welcome();
  await clock.advance(31_000);
  connection.receive("pong");
  await clock.advance(44_999);
  expect([connection.terminated, dial.connections.length]).toEqual([false, 1]);
  await clock.advance(1);
  expect(connection.terminated).toBe(true);
  expect(told.at(-1)).toBe("down 1006");
  expect(records()).toContainEqual(expect.objectContaining({ level: "warn", silentMs: 45_000 }));
  await clock.advance(1000);
  expect(dial.connections).toHaveLength(2);
});

test.each([0, 1, 7_300, 19_999, 20_000, 20_001, 39_999, 40_001, 44_999])(
  "L1: silence that begins at %i ms is noticed after exactly 45 seconds",
  async (atMs) => {
    const { client, clock, welcome } = linkFixture();
    client.start();
    const connection = welcome();
    await clock.advance(atMs);
    connection.receive("pong");
    await clock.advance(44_999);
    expect(connection.terminated).toBe(false);
    await clock.advance(1);
    expect(connection.terminated).toBe(true);
  },
);

test("any frame counts as life, a frame of an unknown type too", async () => {
  const { client, clock, welcome } = linkFixture();
  client.start();
  const connection = welcome();
  for (let seq = 0; seq < 5; seq += 1) {
    await clock.advance(30_000);
    connection.receive(batchFrame(seq, seq + 1));
    await clock.advance(30_000);
    connection.receive(JSON.stringify({ type: "news" }));
  }
  expect(connection.terminated).toBe(false);
});

test("a dial that is never answered is given up after 45 seconds", async () => {
  const { client, clock, dial } = linkFixture();
  client.start();
  await clock.advance(44_999);
  expect(dial.last.terminated).toBe(false);
  await clock.advance(1001);
  expect(dial.connections).toHaveLength(2);
  expect(dial.connections[0]?.terminated).toBe(true);
});

test("L12: an edge that answers pings but never welcomes is left, so that it cannot hold the agent", async () => {
  const { client, clock, dial, told } = linkFixture();
  client.start();
  dial.last.open();
  await clock.advance(10_000);
  dial.last.receive("pong");
  await clock.advance(10_000);
  expect(dial.connections[0]?.terminated).toBe(true);
  expect(told).toEqual(["down 1006"]);
});

test("L12: an edge that answers pings but no probe is unhealthy, and said to be", async () => {
  const { client, clock, dial, records, welcome } = linkFixture();
  client.start();
  const connection = welcome();
  const pongUntil = async (ms: number): Promise<void> => {
    for (let at = 0; at < ms; at += 10_000) {
      await clock.advance(10_000);
      connection.receive("pong");
    }
  };
  await pongUntil(300_000);
  const [probe] = connection.framesOf("probe");
  connection.receive({ type: "probed", fence: 1, id: probe?.id ?? "", head: 0, acked: 0, now: clock.now() });
  await pongUntil(300_000);
  expect(connection.framesOf("probe")).toHaveLength(2);
  expect(connection.terminated).toBe(false);
  await pongUntil(30_000);
  expect(connection.terminated).toBe(true);
  expect(records()).toContainEqual(expect.objectContaining({ level: "warn", msg: expect.stringContaining("probe") }));
  await clock.advance(1000);
  expect(dial.connections).toHaveLength(2);
});

test("nothing that a connection says after it was given up is heard", () => {
  const { client, journal, told, welcome } = linkFixture();
  client.start();
  const connection = welcome();
  connection.receive("{");
  connection.receive(batchFrame(0, 1));
  expect(journal.signals()).toEqual([]);
  expect(told).toEqual(["welcomed 1", "caught up"]);
});
