import { expect, test } from "vitest";

import { deliversTo } from "../../../agent/github/model/delivers-to.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { startWebhookReceiver } from "../../stand-ins/github/support/webhook-receiver.ts";
import { patience } from "../../stand-ins/process/patience.ts";
import { FakeGitHub } from "../../stand-ins/github/fake-github.ts";
import { FakeSlots } from "../../stand-ins/docker/fake-slots.ts";
import { onLoopback } from "../github/on-loopback.ts";
import { agentFixture, SWEEP_MS } from "./agent-fixture.ts";

const RUNS = "actions/list-workflow-runs-for-repo";
const HOOKS = "orgs/list-webhooks";

/** An agent on the loopback GitHub whose receiver takes nothing, after its first sweep. */
async function withoutReceiver(refused: readonly string[]) {
  const { github, clock, client } = await onLoopback();
  github.addRepository("acme/web");
  await using receiver = await startWebhookReceiver();
  receiver.answerWith(503);
  github.addHook({ scope: "acme", url: receiver.url });
  const made = client({ kind: "token", token: github.addToken() });
  for (const operation of refused) github.misbehave({ operation, fault: { kind: "status", status: 404 } });
  const world = agentFixture({
    earlier: {
      clock,
      github: new FakeGitHub(clock),
      provider: new FakeSlots(clock),
      journalSql: new NodeSql(":memory:"),
      slotsSql: new NodeSql(":memory:"),
    },
    github: made,
    dial: null,
    fleet: { version: 2, pools: [poolOf({ repositories: null })] },
    deliveries: { log: made, isOurs: (hook) => deliversTo(hook, new URL(".", receiver.url).href) },
  });
  const { agent } = world;
  const signal = patience();
  await world.start();
  await agent.waitFor(({ lastSweepAt }) => lastSweepAt !== null, signal);
  github.queueJob({ repository: "acme/web", labels: ["self-hosted", "nas"], runsForMs: null });
  await github.deliveriesSettled();
  // Time stands still while the sweep asks: what is not served now has to wait for the next one.
  await clock.advance(SWEEP_MS);
  await agent.waitFor(({ slots }) => slots === 1, signal);
  await github.waitFor(() => github.runners().length === 1, "a runner");
  return { records: world.records(), calls: github.calls() };
}

test("G1: a queued delivery that was lost is served within one sweep interval through GitHub's delivery log", async () => {
  // The queue itself cannot be read: it was the log.
  const { records } = await withoutReceiver([RUNS]);
  expect(records.some(({ msg }) => msg === "deliveries recovered from GitHub's log")).toBe(true);
});

test("G1: with the delivery log refused, it is served within one sweep interval through the queue", async () => {
  const { calls } = await withoutReceiver([HOOKS]);
  expect(calls.filter(({ operation }) => operation === "orgs/list-webhook-deliveries")).toEqual([]);
});
