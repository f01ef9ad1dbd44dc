import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { MailboxObject } from "../../worker/mailbox-object.ts";
import { deliverJob, deliverJobs } from "./deliveries.ts";
import { fillMailbox } from "./filled-mailbox.ts";
import { useFreshEdge } from "./fresh-edge.ts";
import { Meter } from "./meter.ts";
import { ask, mailboxStub, TestAgent } from "./test-agent.ts";

const log = useFreshEdge();

const DAY_MS = 24 * 60 * 60 * 1000;
const NOON = Date.UTC(2026, 10, 30, 12);

interface Usage {
  readonly day: string;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly requests: number;
}

beforeEach(() => void vi.setSystemTime(NOON));
afterEach(() => void Reflect.deleteProperty(env, "HOOKLINE_DAILY_ROWS"));

async function usage(): Promise<Usage | undefined> {
  return (await (await ask("/freshness")).json<{ readonly usage?: Usage }>()).usage;
}

/** Makes the object anew: as a deploy does, with nothing but the disk, or from hibernation, with its sockets. */
async function startOver(how: "aborted" | "hibernated"): Promise<void> {
  await runInDurableObject(mailboxStub(), () => {});
  if (how === "aborted") await abortAllDurableObjects();
  else await evictDurableObject(mailboxStub(), { webSockets: "hibernate" });
}

/** A day of the free plan, as the operator may set it; counts for an object that is made afterwards. */
async function mayWrite(rows: string): Promise<void> {
  Object.assign(env, { HOOKLINE_DAILY_ROWS: rows });
  await startOver("aborted");
}

const warnings = () =>
  log()
    .records()
    .filter(({ msg }) => String(msg).includes("% of what it may cost a day"));

test("the mailbox counts its rows and requests of the day as Cloudflare bills them", async () => {
  await deliverJob(0);
  const before = await usage();
  const meter = await Meter.attach();
  const agent = await TestAgent.connect();
  await deliverJobs(...Array.from({ length: 40 }, (_, n) => n + 1));
  await agent.seqsUpTo(41);
  agent.send({ type: "ack", fence: agent.welcome.fence, upTo: 41 });
  await agent.probe(agent.welcome.fence);
  const { rowsRead, rowsWritten, billedRequests } = meter;
  const after = await usage();
  expect(rowsWritten).toBeGreaterThan(80);
  expect((after?.rowsWritten ?? 0) - (before?.rowsWritten ?? 0)).toBe(rowsWritten);
  // What the freshness itself reads is counted before it is told, or after: both times alike.
  expect((after?.rowsRead ?? 0) - (before?.rowsRead ?? 0)).toBeGreaterThanOrEqual(rowsRead);
  expect((after?.requests ?? 0) - (before?.requests ?? 0)).toBe(Math.ceil(billedRequests + 1));
  expect(after?.day).toBe("2026-11-30");
});

test("whatever is asked of the object is a request, also what it cannot answer", async () => {
  const ofSockets = ["webSocketMessage", "webSocketClose", "webSocketError"];
  const entries = Object.getOwnPropertyNames(MailboxObject.prototype).filter((name) => name !== "constructor");
  const asked = entries.filter((name) => !ofSockets.includes(name));
  expect(asked).toContain("accept");
  for (const name of asked) {
    const before = await usage();
    await runInDurableObject(mailboxStub(), async (object) => {
      await Promise.resolve()
        .then(() => (object as unknown as Record<string, () => unknown>)[name]?.())
        .catch(() => {});
    });
    expect((await usage())?.requests, name).toBe((before?.requests ?? 0) + 2);
  }
});

test("the count outlives hibernation with the agent's socket", async () => {
  const agent = await TestAgent.connect();
  await deliverJobs(1, 2, 3);
  await agent.seqsUpTo(3);
  agent.send({ type: "ack", fence: 1, upTo: 3 });
  await agent.probe(1);
  const before = await usage();
  await startOver("hibernated");
  const after = await usage();
  expect(before?.rowsWritten).toBeGreaterThan(5);
  expect(after?.rowsWritten).toBe(before?.rowsWritten);
  expect(after?.rowsRead).toBeGreaterThan(before?.rowsRead ?? 0);
});

test("a deploy loses at most a hundredth of the free plan's day", async () => {
  const hundredth = 5_000_000 / 100;
  await fillMailbox({ ended: 3000, open: 5000 });
  await startOver("aborted");
  // Each hello reads the open jobs.
  while (((await usage())?.rowsRead ?? Infinity) < 1.2 * hundredth) await TestAgent.connect();
  const { rowsRead = 0 } = (await usage()) ?? {};
  expect(rowsRead).toBeGreaterThan(hundredth);
  await startOver("aborted");
  const { rowsRead: left = 0 } = (await usage()) ?? {};
  expect(left).toBeGreaterThan(rowsRead - hundredth);
});

test("a day begins at 00:00 UTC", async () => {
  await deliverJobs(1, 2, 3);
  expect((await usage())?.rowsWritten).toBeGreaterThan(5);
  vi.setSystemTime(NOON + DAY_MS);
  expect(await usage()).toMatchObject({ day: "2026-12-01", rowsWritten: 0, requests: 1 });
  expect((await usage())?.requests).toBe(2);
});

test("at 80 % of what it may cost a day the mailbox warns, once a day, whatever becomes of its memory", async () => {
  await mayWrite("100");
  const agent = await TestAgent.connect();
  for (let n = 1; ((await usage())?.rowsWritten ?? Infinity) < 75; n += 1) await deliverJob(n);
  expect(warnings()).toEqual([]);
  await deliverJobs(91, 92, 93, 94);
  expect(warnings()).toEqual([expect.objectContaining({ level: "warn", day: "2026-11-30" })]);
  await agent.probe(1);
  await startOver("hibernated");
  await deliverJob(95);
  await startOver("aborted");
  await deliverJob(96);
  expect(warnings()).toHaveLength(1);
  vi.setSystemTime(NOON + DAY_MS);
  for (let n = 101; n < 145; n += 1) await deliverJob(n);
  expect(warnings()).toHaveLength(2);
});

test("a plan without a limit by the day is counted and not warned of", async () => {
  await mayWrite("0");
  await deliverJobs(1, 2, 3);
  expect(await usage()).toMatchObject({ day: "2026-11-30", limits: null });
  expect(warnings()).toEqual([]);
});
