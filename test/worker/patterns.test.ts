import { exports } from "cloudflare:workers";
import { expect, test } from "vitest";

import { routesOfFleet } from "../../shared/fleet/routes-of-fleet.ts";
import { workflowJob } from "../samples/payload.ts";
import { loadText } from "../shared/fleet/load-text.ts";
import { delivery } from "./deliveries.ts";
import { useFreshEdge } from "./fresh-edge.ts";
import { TestAgent } from "./test-agent.ts";

useFreshEdge();

const { fleet } = loadText(
  'version: 2\npools: [{ key: home, labels: [nas], sizes: { mem: { max: 8g } }, repositories: ["me/*", "!me/legacy"] }]',
);

test.each([
  ["me/made-today", ["self-hosted", "nas"], { status: "stored", seq: 1 }],
  ["Me/Made-Today", ["self-hosted", "nas", "mem=4g"], { status: "stored", seq: 1 }],
  ["me/legacy", ["self-hosted", "nas"], { status: "ignored", reason: "no pool serves this repository" }],
  ["you/app", ["self-hosted", "nas"], { status: "ignored", reason: "no pool serves this repository" }],
  ["me/made-today", ["self-hosted", "gpu"], { status: "ignored", reason: "no pool has these labels" }],
])("a fleet of me/* but me/legacy: a signed delivery of %s with %j is answered 202, %j", async (name, labels, body) => {
  await TestAgent.connect({ routes: [...routesOfFleet(fleet)] });
  const sent = workflowJob(1, { job: { labels }, repository: { id: 7, full_name: name } });
  const answer = await exports.default.fetch(await delivery(sent, 1));
  expect([answer.status, await answer.json()]).toEqual([202, body]);
});
