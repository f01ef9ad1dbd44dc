import { describe, expect, test } from "vitest";

import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import type { StartWebOptions } from "../../../agent/web/start-web.ts";
import { freshnessOf, NOW } from "../doctor/freshness-sample.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { pageStatus } from "./page/page-status.ts";
import { webWorld } from "./web-world.ts";

const MINUTE_MS = 60_000;
/** The edge's clock and the agent's are never the same. */
const AHEAD_MS = 90_000;

/** An agent that has asked its edge how it is, and the time that goes by after it. */
async function heardWorld(said: Partial<Freshness>, deadLetters: StartWebOptions["deadLetters"] = null) {
  const clock = new VirtualClock(NOW - AHEAD_MS);
  let asked = 0;
  const edge = (): Promise<Freshness> => {
    asked += 1;
    return Promise.resolve(freshnessOf({ stream: "s", head: 15, ...said }));
  };
  const world = await webWorld({}, { edge, deadLetters, clock });
  const look = async (path: string, acked = 12): Promise<string> => {
    const { link } = pageStatus();
    world.daemon.document = pageStatus({ atMs: clock.now(), link: { ...link, cursor: { stream: "s", acked } } });
    return (await world.read(path)).body;
  };
  const metric = async (name: string, acked?: number): Promise<number> =>
    Number(new RegExp(`^${name} (\\S+)$`, "m").exec(await look("/metrics", acked))?.[1]);
  await look("/metrics");
  return { clock, look, metric, asked: () => asked };
}

describe("what the edge told of is as old as it is, whoever looks and whenever", () => {
  test("a page that is opened late shows the last delivery no younger", async () => {
    const { clock, look, asked } = await heardWorld({ lastDeliveryAt: NOW - 42_000 });
    await clock.advance(4 * MINUTE_MS);
    await look("/");
    expect(await look("/")).toMatch(/last delivery <time[^>]*>4 min<\/time> ago/);
    expect(asked()).toBe(1);
  });

  test("a scrape has the last delivery by the agent's clock, as its other times are", async () => {
    const { clock, metric } = await heardWorld({ lastDeliveryAt: NOW - 42_000 });
    const atMs = clock.now() - 42_000;
    await clock.advance(4 * MINUTE_MS);
    expect(await metric("hookline_edge_last_delivery_timestamp_seconds")).toBe(atMs / 1000);
  });

  test("a signal that waits grows older between two questions, until the agent has it", async () => {
    const { clock, metric } = await heardWorld({ acked: 12, unacked: 3, oldestUnackedMs: 2000 });
    await clock.advance(4 * MINUTE_MS);
    expect(await metric("hookline_edge_oldest_unacknowledged_seconds")).toBe(242);
    expect(await metric("hookline_edge_unacknowledged_signals", 13)).toBe(2);
    expect(await metric("hookline_edge_oldest_unacknowledged_seconds", 15)).toBe(0);
    expect(await metric("hookline_edge_unacknowledged_signals", 15)).toBe(0);
  });

  test("a dead letter is as old as it is by the clock that dated it", async () => {
    const letter = { seq: 1, guid: "g", jobId: 7, repository: "acme/web", action: "queued", reason: "unreadable" };
    const dead = [{ ...letter, attempts: 1, receivedAt: NOW - 42_000, diedAt: NOW - 42_000 }];
    const list = () => Promise.resolve({ dead, total: 1 });
    const desk = { list, requeue: () => Promise.resolve(true) };
    const { clock, look } = await heardWorld({ dead: 1 }, desk);
    for (let n = 0; n < 3; n += 1) await look("/");
    await clock.advance(4 * MINUTE_MS);
    expect(await look("/")).toMatch(/<time[^>]*>4 min<\/time> ago<\/span>[^]*unreadable/);
  });
});
