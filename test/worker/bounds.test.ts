import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";

import { createApp } from "../../worker/app.ts";
import { deliverJob, deliverJobs, ORIGIN } from "./deliveries.ts";
import { fillMailbox } from "./filled-mailbox.ts";
import { useFreshEdge } from "./fresh-edge.ts";
import { Meter } from "./meter.ts";
import { ask, mailboxStub, TestAgent } from "./test-agent.ts";

const log = useFreshEdge();

const DAY_MS = 24 * 60 * 60 * 1000;
const BOUNDS = ["HOOKLINE_RETENTION_DAYS", "HOOKLINE_BACKLOG_SIGNALS"] as const;

afterEach(() => BOUNDS.forEach((name) => void Reflect.deleteProperty(env, name)));

/** A deploy with other bounds: the object begins anew. */
async function deploy(bounds: Partial<Record<(typeof BOUNDS)[number], unknown>>): Promise<void> {
  Object.assign(env, bounds);
  await runInDurableObject(mailboxStub(), () => {});
  await abortAllDurableObjects();
}

const alarmAtMs = () => runInDurableObject(mailboxStub(), (_, { storage }) => storage.getAlarm());

async function said(): Promise<{ readonly bounds: object }> {
  return (await ask("/freshness")).json<{ readonly bounds: object }>();
}

test("retention and backlog are settings of the Worker, and freshness tells them", async () => {
  expect((await said()).bounds).toEqual({ retentionMs: 7 * DAY_MS, maxUnacked: 50_000 });
  await deploy({ HOOKLINE_RETENTION_DAYS: "30", HOOKLINE_BACKLOG_SIGNALS: 1000 });
  expect((await said()).bounds).toEqual({ retentionMs: 30 * DAY_MS, maxUnacked: 1000 });
});

test.each([
  ["HOOKLINE_RETENTION_DAYS", ["2", "31", "7.5", "a week", "-7", "  ", "0x10"]],
  ["HOOKLINE_BACKLOG_SIGNALS", ["999", "500001", "1e3.5", "NaN"]],
] as const)("a value of %s that cannot be used is told, and what is usual holds", async (name, values) => {
  for (const value of values) {
    await deploy({ [name]: value });
    expect((await deliverJob(1)).status).toBe(202);
    expect((await said()).bounds).toEqual({ retentionMs: 7 * DAY_MS, maxUnacked: 50_000 });
    const { app, problems } = await freshness();
    expect(app.status).toBe(200);
    expect(problems, value).toEqual([
      expect.stringMatching(new RegExp(`^${name}: must be a whole number from .* is used$`)),
    ]);
    expect(log().records()).toContainEqual(
      expect.objectContaining({ level: "error", msg: "setting ignored", problem: problems?.[0] }),
    );
  }
});

/** Asks a Worker that is made anew, as a deploy makes it. */
async function freshness() {
  const headers = { Authorization: "Bearer test-link-token" };
  const app = await createApp(env).request(`${ORIGIN}/freshness`, { headers });
  const { settingProblems: problems } = await app.clone().json<{ readonly settingProblems?: readonly string[] }>();
  return { app, problems };
}

test("a backlog that is made smaller gives up nothing of what waits", async () => {
  await fillMailbox({ ended: 2500 });
  await runInDurableObject(mailboxStub(), (_, { storage }) => {
    storage.sql.exec("DELETE FROM meta WHERE key = 'acked'");
  });
  await deploy({ HOOKLINE_BACKLOG_SIGNALS: "1000" });
  await deliverJobs(900_001, 900_002);
  expect(await said()).toMatchObject({ unacked: 2502, gap: null });
});

test("bounds that stay as they are write nothing at a wake-up, and a change one row", async () => {
  await deliverJob(1);
  const meter = await Meter.attach();
  const written = async (bounds: Parameters<typeof deploy>[0]): Promise<number> => {
    const before = meter.rowsWritten;
    await deploy(bounds);
    await said();
    return meter.rowsWritten - before;
  };
  expect(await written({ HOOKLINE_BACKLOG_SIGNALS: "1000" })).toBe(1);
  expect(meter.rowsRead).toBeGreaterThan(5);
  expect(await written({})).toBe(0);
});

test("a retention that is made shorter brings the alarm forward", async () => {
  await deploy({ HOOKLINE_RETENTION_DAYS: "30" });
  const agent = await TestAgent.connect();
  await deliverJob(1);
  await agent.seqsUpTo(1);
  agent.send({ type: "ack", fence: agent.welcome.fence, upTo: 1 });
  await agent.probe(agent.welcome.fence);
  await deliverJob(2);
  const begunMs = Date.now();
  expect(await alarmAtMs()).toBe(begunMs + 30 * DAY_MS);
  vi.setSystemTime(begunMs + 5 * DAY_MS);
  await deploy({ HOOKLINE_RETENTION_DAYS: "7" });
  expect(await alarmAtMs()).toBe(begunMs + 7 * DAY_MS);
  await deploy({ HOOKLINE_RETENTION_DAYS: "30" });
  expect(await alarmAtMs()).toBe(begunMs + 7 * DAY_MS);
});
