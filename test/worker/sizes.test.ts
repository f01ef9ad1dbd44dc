import { exports } from "cloudflare:workers";
import { expect, test } from "vitest";

import { loadFleet } from "../../shared/fleet/load-fleet.ts";
import { routesOfFleet } from "../../shared/fleet/routes-of-fleet.ts";
import { workflowJob } from "../samples/payload.ts";
import { delivery } from "./deliveries.ts";
import { useFreshEdge } from "./fresh-edge.ts";
import { TestAgent } from "./test-agent.ts";

useFreshEdge();

const file = {
  version: 2,
  pools: [{ key: "nas", organization: "acme", labels: ["nas"], sizes: { mem: { max: "8g" } } }],
};

async function answerTo(n: number, labels: readonly string[]): Promise<unknown> {
  const answer = await exports.default.fetch(await delivery(workflowJob(n, { job: { labels: [...labels] } }), n));
  return [answer.status, await answer.json()];
}

test("a job that asks a pool with sizes for mem=4g is stored, and one that asks for what no pool gives is turned away", async () => {
  const { fleet } = loadFleet({ name: "pools.yaml", value: file, lookup: () => undefined });
  await TestAgent.connect({ routes: [...routesOfFleet(fleet)] });
  expect(await answerTo(1, ["self-hosted", "nas", "mem=4g"])).toEqual([202, { status: "stored", seq: 1 }]);
  expect(await answerTo(2, ["self-hosted", "nas", "MEM=512m"])).toEqual([202, { status: "stored", seq: 2 }]);
  const turnedAway = [202, { status: "ignored", reason: "no pool has these labels" }];
  expect(await answerTo(3, ["self-hosted", "nas", "cpu=2"])).toEqual(turnedAway);
});
