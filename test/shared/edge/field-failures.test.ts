import { fullDiskError } from "../../stand-ins/disk/full-disk.ts";
import { expect, test } from "vitest";

import { guid } from "../../samples/signal.ts";
import { FakeLink } from "./fake-link.ts";
import { PairedLink } from "./paired-link.ts";

const MINUTE_MS = 60_000;

async function connected(link: PairedLink): Promise<PairedLink> {
  link.client.start();
  await link.advance(1000);
  expect(link.client.connected).toBe(true);
  return link;
}

test("L8 a thousand reconnects leave no timer, no socket and no row behind", async () => {
  const link = await connected(new PairedLink());
  const rows = (): unknown => link.edge.sql.exec("SELECT count(*) AS rows FROM meta");
  link.cut();
  await link.advance(31_000);
  const [timers, before] = [link.clock.pending, rows()];
  for (let n = 0; n < 1000; n += 1) {
    link.cut();
    await link.clock.advance(31_000);
    expect(link.client.connected).toBe(true);
  }
  expect(link.welcomes).toBe(1002);
  expect([link.clock.pending, rows()]).toEqual([timers, before]);
});

test("L9 an edge that is down for ten minutes is dialled with full jitter from one second up to thirty", async () => {
  const longest = new PairedLink(() => 1);
  longest.up = false;
  longest.client.start();
  await longest.advance(10 * MINUTE_MS);
  const gaps = longest.dials.slice(1).map((at, n) => at - (longest.dials[n] ?? 0) - 3);
  expect(gaps.slice(0, 7)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  expect(Math.max(...gaps)).toBe(30_000);
  const shortest = new PairedLink(() => 0);
  shortest.up = false;
  shortest.client.start();
  await shortest.clock.advance(2);
  expect(shortest.dials).toHaveLength(1);
});

test("L9 an edge that flaps does not reset the back-off; one that held for a minute does", async () => {
  const link = await connected(new PairedLink(() => 1));
  const gapAfterCut = async (): Promise<number> => {
    const cutAtMs = link.clock.now();
    const dials = link.dials.length;
    link.cut();
    await link.advance(40_000);
    return (link.dials[dials] ?? 0) - cutAtMs - 3;
  };
  expect(await gapAfterCut()).toBe(1000);
  expect(await gapAfterCut()).toBe(2000);
  expect(await gapAfterCut()).toBe(4000);
  await link.advance(MINUTE_MS);
  expect(await gapAfterCut()).toBe(1000);
});

test("L11 an edge whose store was wiped has a new stream: the agent starts over in it and misses nothing", async () => {
  const link = await connected(new PairedLink());
  link.edge.deliver(3);
  await link.advance(1000);
  expect(link.journal.cursor()).toMatchObject({ stream: "stream-1", acked: 3 });
  link.edge = new FakeLink({ stream: "stream-2" });
  link.edge.deliver(4);
  link.cut();
  await link.advance(5000);
  expect(link.journal.cursor()).toMatchObject({ stream: "stream-2", acked: 4 });
  expect(link.fresh).toEqual([1, 2, 3, 4].map(guid));
  expect(link.edge.mailbox.unacked()).toBe(0);
});

test("L11 an edge that was put back to an earlier state of the same stream is followed from there", async () => {
  const link = await connected(new PairedLink());
  link.edge.deliver(5);
  await link.advance(1000);
  link.edge = new FakeLink();
  link.edge.deliver(2);
  link.cut();
  await link.advance(5000);
  expect(link.journal.cursor()?.acked).toBe(2);
  link.edge.deliver(6);
  await link.advance(1000);
  expect(link.edge.mailbox.unacked()).toBe(0);
  expect(link.fresh.at(-1)).toBe(guid(8));
});

test("L12 pings answered by the runtime while the mailbox is silent: the probe finds out within six minutes", async () => {
  const link = await connected(new PairedLink());
  link.swallows = (text) => text.includes('"probe"');
  await link.advance(5 * MINUTE_MS);
  expect(link.welcomes).toBe(1);
  await link.advance(MINUTE_MS);
  expect(link.welcomes).toBe(2);
  expect(link.log.records()).toContainEqual(
    expect.objectContaining({ level: "warn", msg: "no answer to the probe; dialling again" }),
  );
});

test("D12 H21: a disk that is full for ten minutes: the log stays small, nothing dies, and all comes once there is room", async () => {
  const link = await connected(new PairedLink());
  link.disk.fails = fullDiskError();
  link.edge.deliver(3);
  const before = link.log.records().length + link.edge.log.records().length;
  await link.advance(10 * MINUTE_MS);
  const lines = link.log.records().length + link.edge.log.records().length - before;
  expect(lines / 10).toBeLessThan(20);
  expect(link.fresh).toEqual([]);
  expect(link.edge.mailbox.dead()).toBe(0);
  link.disk.fails = null;
  await link.advance(2 * MINUTE_MS);
  expect(link.fresh.toSorted()).toEqual([1, 2, 3].map(guid));
  expect([link.edge.mailbox.dead(), link.edge.mailbox.unacked()]).toEqual([0, 0]);
});

test("a journal that refused once gets what was already on the way again, on the same connection", async () => {
  const link = await connected(new PairedLink());
  link.disk.fails = new Error("a row that does not go in");
  link.edge.deliver(2);
  await link.clock.advance(5);
  link.edge.deliver(2);
  await link.clock.advance(50);
  link.disk.fails = null;
  await link.advance(3000);
  expect(link.fresh).toEqual([1, 2, 3, 4].map(guid));
  expect(link.welcomes).toBe(1);
});

test("E-11: a signal that the edge believes to be on the way, and that never arrives, comes after the next probe", async () => {
  const link = await connected(new PairedLink());
  link.drops = (text) => text.includes('"batch"');
  link.edge.deliver(1);
  await link.advance(1000);
  link.drops = () => false;
  await link.advance(4 * MINUTE_MS);
  expect(link.fresh).toEqual([]);
  await link.advance(3 * MINUTE_MS);
  expect(link.fresh).toEqual([guid(1)]);
  expect(link.welcomes).toBe(2);
});

test("E-11: a probe during a pause that the agent asked for ends no connection", async () => {
  const link = await connected(new PairedLink());
  await link.advance(5 * MINUTE_MS - 6000);
  link.disk.fails = new Error("a row that does not go in");
  link.edge.deliver(1);
  await link.advance(12_000);
  link.disk.fails = null;
  await link.advance(MINUTE_MS);
  expect(link.fresh).toEqual([guid(1)]);
  expect(link.welcomes).toBe(1);
});
