import { expect, onTestFinished, test } from "vitest";

import type { MachineFacts } from "../../../agent/house/machine-facts.ts";
import { watchHouse } from "../../../agent/house/watch-house.ts";
import type { ControllerEvent } from "../../../shared/controller/events.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

const HEEDS: Partial<Pool> = { holdWhile: { containers: ["backup"], processes: [], load: 4 } };

class House {
  readonly clock = new VirtualClock();
  readonly told: ControllerEvent[] = [];
  readonly running = new Set<string>();
  pools: readonly Pool[] = [poolOf(HEEDS)];
  load = 0;
  lists = 0;
  list: (signal: AbortSignal) => Promise<ReadonlySet<string>> = () => Promise.resolve(new Set(this.running));

  start(): this {
    const { clock } = this;
    const facts: MachineFacts = {
      load: () => this.load,
      freeMemoryBytes: () => null,
      pressure: () => ({ cpu: null, memory: null, io: null }),
      processes: () => null,
    };
    const abort = new AbortController();
    const running = (signal: AbortSignal): Promise<ReadonlySet<string>> => {
      this.lists += 1;
      return this.list(signal);
    };
    const feed = (event: ControllerEvent): void => void this.told.push(event);
    void watchHouse({ pools: () => this.pools, facts, running, feed, clock, log: silentLogger }, abort.signal);
    onTestFinished(() => abort.abort());
    return this;
  }

  get holds(): unknown {
    const last = this.told.at(-1);
    return last?.type === "house" ? last.words.get("home")?.holds : undefined;
  }
}

test("the controller is told at once, and again only when something changed", async () => {
  const house = new House();
  house.running.add("backup");
  house.start();
  await house.clock.advance(0);
  expect(house.holds).toEqual(["container backup runs"]);
  await house.clock.advance(60_000);
  expect(house.told).toHaveLength(1);
  house.running.clear();
  house.load = 5;
  await house.clock.advance(10_000);
  expect(house.holds).toEqual(["the load is 5, of 4"]);
  house.load = 0;
  await house.clock.advance(10_000);
  expect(house.holds).toEqual([]);
});

test("where no pool heeds anything, nothing is asked; a reload is heeded at the next look, both ways", async () => {
  const house = new House();
  house.pools = [poolOf()];
  house.running.add("backup");
  house.start();
  await house.clock.advance(60_000);
  expect([house.lists, house.told]).toEqual([0, []]);
  house.pools = [poolOf(HEEDS)];
  await house.clock.advance(10_000);
  expect(house.holds).toEqual(["container backup runs"]);
  house.pools = [poolOf()];
  await house.clock.advance(10_000);
  expect(house.told.at(-1)).toMatchObject({ words: new Map() });
});

test("a pool whose slots are on other machines alone is not said to be held, and nothing is asked for it", async () => {
  const house = new House();
  house.pools = [poolOf({ ...HEEDS, engines: ["second"] })];
  house.running.add("backup");
  house.start();
  await house.clock.advance(60_000);
  expect([house.lists, house.told]).toEqual([0, []]);
});

test("an engine that hangs or refuses holds nothing, and is said not to be seen", async () => {
  const house = new House();
  house.list = (signal) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("given up"))));
  house.start();
  await house.clock.advance(5000);
  await house.clock.advance(0);
  expect(house.told).toMatchObject([{ words: new Map([["home", { holds: [], unseen: [expect.any(String)] }]]) }]);
  house.list = () => Promise.reject(new Error("permission denied"));
  house.load = 9;
  await house.clock.advance(10_000);
  expect(house.holds).toEqual(["the load is 9, of 4"]);
});
