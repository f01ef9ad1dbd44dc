import { expect, test } from "vitest";

import { describeWait } from "../../../shared/controller/describe-reason.ts";
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
