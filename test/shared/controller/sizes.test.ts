import { expect, test } from "vitest";

import { describeRefusal, describeWait } from "../../../shared/controller/describe-reason.ts";
import { mayRun, refusal } from "../../../shared/controller/pool-choice.ts";
import { waitReason } from "../../../shared/controller/wait-reason.ts";
import { remedyFor } from "../../../shared/controller/wait-remedy.ts";
import { onePool } from "../fleet/load-text.ts";
import { job, poolOf, World } from "./world.ts";

const SIZED = `
version: 2
pools:
  - key: home
    organization: acme
    labels: [nas]
    scaling: { max: 2 }
    sizes: { mem: { max: 8g }, cpu: { max: 4 } }
`;

const asking = (jobId: number, ...sizes: readonly string[]) => job(jobId, { labels: ["self-hosted", "nas", ...sizes] });
const sizedWorld = (changes: Parameters<typeof poolOf>[0] = {}) =>
  new World({ ...onePool(SIZED), scaling: poolOf().scaling, ...changes });

test("a job that asks for mem=4g beside a small idle runner gets its own, with the label that it asks for", () => {
  const world = sizedWorld();
  world.signal(job(1));
  const [small = ""] = world.provision();
  world.inventory({ [small]: "idle" }).signal(job(1, { phase: "completed" }));
  world.signal(asking(2, "mem=4g"));
  expect(world.actions("provision")).toMatchObject([{ pool: "home", sizeLabels: ["mem=4g"], reason: { jobId: 2 } }]);
});

test("a job beyond the maximum gets no runner, and why says which label and how far the pool goes", () => {
  const world = sizedWorld();
  world.signal(asking(1, "mem=64g"));
  expect(world.actions("provision")).toEqual([]);
  const why = waitReason(world.ledger, world.pools, 1, world.nowMs);
  expect(describeWait(why)).toContain("mem=64g is more than the 8 GiB");
  expect(remedyFor(why).text).toContain("sizes");
});

test("two sizes at once each get a runner, and a runner with more than a job asks for covers it", () => {
  const world = sizedWorld();
  world
    .signal(asking(1, "mem=4g"))
    .signal(asking(2, "CPU=2", "mem=4g"))
    .signal(asking(3, "mem=1g"));
  expect(world.actions("provision")).toMatchObject([
    { sizeLabels: ["mem=4g"] },
    { sizeLabels: ["cpu=2", "mem=4g"] },
    { sizeLabels: ["mem=1g"] },
  ]);
  world.provision();
  expect(world.actions("provision")).toEqual([]);
  world.signal(asking(1, "mem=4g")).signal(job(1, { phase: "completed" }));
  world.signal(asking(4, "cpu=2"));
  expect(world.actions("provision")).toMatchObject([{ sizeLabels: ["cpu=2"], reason: { jobId: 4 } }]);
});

test("a job without a size may take a runner of 4 GiB, and then the job of that size gets another", () => {
  const world = sizedWorld();
  world.signal(asking(1, "mem=4g"));
  const [big = ""] = world.provision();
  world.signal(job(2)).provision();
  world.signal(job(2, { phase: "in_progress", runnerName: big, phaseAtMs: world.nowMs + 1 }));
  expect(world.actions("provision")).toMatchObject([{ sizeLabels: ["mem=4g"], reason: { jobId: 1 } }]);
});

test("a runner that is kept warm has no size, and one of a size does not stand for it", () => {
  const world = sizedWorld({ scaling: { min: 1, max: 2, queueThreshold: 1, cooldownSeconds: 60 } });
  expect(world.actions("provision")).toMatchObject([{ sizeLabels: [], reason: { code: "warm-minimum" } }]);
  world.signal(asking(1, "mem=4g"));
  const [big = ""] = world.provision();
  world.signal(job(1, { phase: "completed" })).plan();
  world.later(61_000).inventory({ [big]: "idle" });
  expect(world.actions("retire")).toMatchObject([{ slot: big, reason: { code: "surplus" } }]);
});

test("in a full pool an idle runner of another size makes way at once", () => {
  const world = sizedWorld({ scaling: { min: 0, max: 1, queueThreshold: 1, cooldownSeconds: 600 } });
  world.signal(job(1));
  const [small = ""] = world.provision();
  world
    .signal(job(1, { phase: "completed" }))
    .signal(asking(2, "mem=4g"))
    .plan();
  world.later(1000).inventory({ [small]: "idle" });
  expect(world.actions("retire")).toMatchObject([{ slot: small }]);
});

test("a small runner that is idle beside a job of another size is not doubted for it", () => {
  const world = sizedWorld();
  const big = asking(2, "mem=4g");
  world.signal(job(1));
  const [small = ""] = world.provision();
  world
    .signal(job(1, { phase: "completed" }))
    .signal(big)
    .provision();
  world.inventory({ [small]: "idle" });
  world
    .later(95_000)
    .queueSweep([big])
    .inventory({ [small]: "idle" });
  expect(world.plan().doubts.passedOver).toEqual(new Set());
  expect(world.ledger.slot(small)?.doubtedAtMs).toBeNull();
});

test("GitHub may give a job to a slot of its pool only where the slot has the job's size", () => {
  const world = sizedWorld();
  const slot = { pool: "home", scope: "acme", sizeLabels: ["cpu=2", "mem=4g"] };
  const may = (...sizes: readonly string[]) => mayRun(world.pools, slot, asking(1, ...sizes));
  expect([may(), may("mem=4G"), may("cpu=2", "mem=4g"), may("mem=2g"), may("cpu=4")]).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

test.each([
  ["mem=4g", null],
  ["mem=8192m", null],
  ["MEM=8G", null],
  ["mem=8193m", "more than"],
  ["mem=1k", "no size"],
  ["mem=", "no size"],
  ["mem=much", "no size"],
  ["cpu=0", "no size"],
  ["cpu=1.5", null],
  ["cpu=5", "more than"],
  ["disk=1g", "lack disk=1g"],
])("a job that asks for %s is refused with: %s", (label, refused) => {
  const world = sizedWorld();
  const [serving] = world.pools;
  if (serving === undefined) throw new Error("no pool");
  const why = refusal(serving, asking(1, label));
  if (refused === null) expect(why).toBeNull();
  else expect(why === null ? "" : describeRefusal(why)).toContain(refused);
});
