import { expect, test } from "vitest";

import { judgeSlots } from "../../../agent/doctor/agent/slots-check.ts";
import type { DockerFacts } from "../../../agent/doctor/docker/docker-facts.ts";
import { writeSlotLabels } from "../../../agent/slots/docker/container-labels.ts";
import { poolOf } from "../../shared/controller/world.ts";

const NOW_MS = Date.UTC(2026, 10, 2);
const POOL = poolOf({ key: "nas", max: 2 });

/** What the doctor says of an engine on which that many containers of the pool run, all known to the journal. */
async function judged(count: number) {
  const rows = Array.from({ length: count }, (_, n) => {
    const labels = {
      instance: "nas",
      poolKey: "nas",
      scope: "acme",
      runnerId: n,
      createdAtMs: NOW_MS,
      specHash: "",
      poolHash: null,
      folderId: null,
    };
    return { id: `id-${n}`, name: `hookline-nas--nas-${n}`, state: "running", labels: writeSlotLabels(labels) };
  });
  const docker = {
    api: () => Promise.resolve("1.41"),
    client: { containers: { list: () => Promise.resolve(rows) } },
  } as unknown as DockerFacts;
  const slots = rows.map(({ name }) => ({ name, pool: "nas", scope: "acme", plannedAtMs: NOW_MS, removedAtMs: null }));
  const signal = new AbortController().signal;
  const fleet = { version: 2 as const, pools: [POOL] };
  return judgeSlots(docker, null, { fleet, instance: "nas", slots: slots as never, nowMs: NOW_MS, signal });
}

test("promise 6: more containers than a pool may have are reported with both numbers", async () => {
  expect(await judged(2)).toMatchObject({ status: "pass" });
  expect(await judged(3)).toMatchObject({ status: "warn", summary: "3 containers in the pool nas, 2 at most" });
});
