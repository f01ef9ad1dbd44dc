import { expect, test } from "vitest";

import { describeWait } from "../../../shared/controller/describe-reason.ts";
import type { HouseWord } from "../../../shared/controller/events.ts";
import { waitReason } from "../../../shared/controller/wait-reason.ts";
import { remedyFor } from "../../../shared/controller/wait-remedy.ts";
import { describePools } from "../../../shared/status/describe-pools.ts";
import { job, poolOf, World } from "./world.ts";

const HEEDS = { holdWhile: { containers: ["backup"], processes: [] } };
const busy = { holds: ["container backup runs"], unseen: [] };

function told(world: World, word: HouseWord = busy): World {
  return world.feed({ type: "house", atMs: world.nowMs, words: new Map([["home", word]]) });
}

test("while the house is at other work nothing is started on this machine, and another engine serves", () => {
  const world = new World(poolOf({ ...HEEDS, min: 1 }));
  told(world).signal(job(1));
  expect(world.actions("provision")).toEqual([]);
  const why = waitReason(world.ledger, world.pools, 1, world.nowMs);
  expect(why).toEqual({ code: "house", pool: "home", why: ["container backup runs"] });
  expect(describeWait(why)).toBe("home holds back while this machine is at other work: container backup runs");
  expect(remedyFor(why).text).toContain("holdWhile");
  const engines = new World(poolOf({ ...HEEDS, engines: ["local", "second"] }));
  expect(told(engines).signal(job(1)).actions("provision")).toMatchObject([{ engine: "second" }]);
  expect(told(world, { holds: [], unseen: [] }).provision()).toHaveLength(1);
});

test("what exists goes on meanwhile: an idle slot still takes a job", () => {
  const world = new World(poolOf(HEEDS));
  const [slot = ""] = world.signal(job(1)).provision();
  told(world).inventory({ [slot]: "idle" });
  expect(world.actions("retire")).toEqual([]);
  expect(waitReason(world.ledger, world.pools, 1, world.nowMs)).toMatchObject({ code: "covered", slot });
});

test("the status document has what holds a pool and what cannot be seen, and nothing for a pool that heeds nothing", () => {
  const world = new World(poolOf(HEEDS), poolOf({ key: "other" }));
  told(world, { holds: busy.holds, unseen: ["pressure on io"] });
  const history = () => ({ lastFailure: null, outcomes: [] });
  const [home, other] = describePools(world.ledger, world.pools, history, world.nowMs);
  expect(home?.house).toEqual({ holds: busy.holds, unseen: ["pressure on io"] });
  expect(other).not.toHaveProperty("house");
});
