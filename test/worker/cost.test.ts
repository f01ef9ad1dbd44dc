import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { expect, test, vi } from "vitest";

import recorded from "../../docs/figures.json" with { type: "json" };
import { figure } from "../bench/figure.ts";
import { workflowJob } from "../samples/payload.ts";
import { delivery } from "./deliveries.ts";
import { useFreshEdge } from "./fresh-edge.ts";
import { Meter } from "./meter.ts";
import { mailboxStub, TestAgent } from "./test-agent.ts";

useFreshEdge();

/** What the first test has counted. */
let cost: Readonly<Record<string, number>> | null = null;

const JOBS = 1000;
const DELIVERIES_A_JOB = 3;
const MINUTE_MS = 60_000;

/** Runs the alarm if it is due by the test's clock, which is ahead of the runtime's. */
async function runDueAlarm(): Promise<void> {
  const atMs = await runInDurableObject(mailboxStub(), (_, { storage }) => storage.getAlarm());
  if (atMs !== null && atMs <= Date.now()) await runDurableObjectAlarm(mailboxStub());
}

async function settled(agent: TestAgent & { welcome: { fence: number } }, seq: number): Promise<void> {
  await agent.seqsUpTo(seq);
  agent.send({ type: "ack", fence: agent.welcome.fence, upTo: seq });
}

const ACTIONS = ["queued", "in_progress", "completed"] as const;

test("a delivery costs at most 2.3 written rows, few read ones and 1.1 requests, ack and pruning included", async () => {
  const meter = await Meter.attach();
  const agent = await TestAgent.connect();
  const accepted = JOBS * DELIVERIES_A_JOB;
  const readEarly = { rows: 0 };
  for (let n = 0; n < accepted; n += 1) {
    const action = ACTIONS[n % DELIVERIES_A_JOB] ?? "queued";
    const body = workflowJob(Math.floor(n / DELIVERIES_A_JOB), {
      action,
      job: { status: action, runner_name: "hl-1" },
    });
    const answer = await exports.default.fetch(await delivery(body, n));
    expect(answer.status).toBe(202);
    await settled(agent, n + 1);
    if (n === 99) readEarly.rows = meter.rowsRead / 100;
    // A thousand jobs in three weeks: the events of a job minutes apart, two generations dropped.
    vi.setSystemTime(Date.now() + 10 * MINUTE_MS);
    await runDueAlarm();
  }
  await agent.probe(agent.welcome.fence);
  const figures = {
    deliveries: accepted,
    rowsWritten: meter.rowsWritten / accepted,
    rowsRead: meter.rowsRead / accepted,
    rowsReadByTheFirstHundred: readEarly.rows,
    requests: meter.billedRequests / accepted,
    alarms: meter.alarms,
  };
  figure("cost", figures);
  expect(figures.rowsWritten).toBeLessThanOrEqual(2.3);
  expect(figures.requests).toBeLessThanOrEqual(1.1);
  expect(figures.rowsRead).toBeLessThan(figures.rowsReadByTheFirstHundred * 1.2);
  const kept = await runInDurableObject(mailboxStub(), (_, { storage }) =>
    storage.sql.exec<{ rows: number }>("SELECT count(*) AS rows FROM signals").one(),
  );
  expect(kept.rows).toBeLessThan(accepted);
  cost = figures;
});

test("it costs what the pages say", () => {
  const { deliveries, rowsWritten, rowsRead, requests } = recorded.edge.figures;
  expect(cost, "run: pnpm bench --record edge").toMatchObject({
    deliveries,
    rowsWritten: expect.closeTo(rowsWritten, 5),
    rowsRead: expect.closeTo(rowsRead, 5),
    requests: expect.closeTo(requests, 5),
  });
});
