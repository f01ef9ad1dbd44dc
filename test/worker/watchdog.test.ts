import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";

import { Watchdog } from "../../shared/edge/watchdog.ts";
import { createApp } from "../../worker/app.ts";
import { deliverJob, deliverJobs, ORIGIN } from "./deliveries.ts";
import { useFreshEdge } from "./fresh-edge.ts";
import { Meter } from "./meter.ts";
import { ask, mailboxStub, TestAgent, TOKEN } from "./test-agent.ts";

const log = useFreshEdge();

const MINUTE_MS = 60_000;
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const URL_PATH = "a-path-that-nobody-may-know";
const WATCHED = { HOOKLINE_WATCHDOG: `webhook+https://hooks.example/${URL_PATH}`, HOOKLINE_WATCHDOG_SECRET: SECRET };
const NAMES = ["HOOKLINE_WATCHDOG", "HOOKLINE_WATCHDOG_SECRET", "HOOKLINE_WATCHDOG_SILENCE_HOURS"] as const;

afterEach(() => NAMES.forEach((name) => void Reflect.deleteProperty(env, name)));

/** What the receiver got, each time; it answers with `answer`. */
function receiver(answer: () => Promise<Response> | Response = () => new Response(null, { status: 204 })) {
  const got: { readonly url: string; readonly headers: Headers; readonly body: string }[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    got.push({ url: request.url, headers: request.headers, body: await request.text() });
    return answer();
  });
  return got;
}

/** A deploy with these settings: the object begins anew, with nothing but its disk. */
async function deploy(settings: Readonly<Record<string, string>>): Promise<void> {
  Object.assign(env, settings);
  await startOver();
}

async function startOver(): Promise<void> {
  await runInDurableObject(mailboxStub(), () => {});
  await abortAllDurableObjects();
}

const alarmAtMs = () => runInDurableObject(mailboxStub(), (_, { storage }) => storage.getAlarm());

/** Lets time go by until the alarm, and runs it. */
async function alarm(): Promise<void> {
  const atMs = await alarmAtMs();
  if (atMs === null) throw new Error("no alarm is set");
  if (atMs > Date.now()) vi.setSystemTime(atMs);
  await runDurableObjectAlarm(mailboxStub());
}

/** An agent that was here and has gone, and a signal that waits for it. */
async function gone(): Promise<void> {
  const agent = await TestAgent.connect();
  agent.close(1000, "power cut");
  await agent.closed;
  await deliverJob(1);
}

test("the edge tells that the agent is away while signals wait, signed, once, and once that it is back", async () => {
  const got = receiver();
  await deploy(WATCHED);
  const begunMs = Date.now();
  await gone();
  expect(await alarmAtMs()).toBe(begunMs + 15 * MINUTE_MS);
  await alarm();
  expect(got).toHaveLength(1);
  const { headers, body } = got[0] ?? { headers: new Headers(), body: "" };
  expect(JSON.parse(body)).toMatchObject({ type: "hookline.trouble", data: { rule: "agent-away" } });
  expect(headers.get("webhook-id")).toMatch(/^msg_/);
  expect(headers.get("webhook-signature")).toMatch(/^v1,/);
  const agent = await TestAgent.connect({ boot: "boot-2" });
  await agent.probe(agent.welcome.fence);
  await alarm();
  expect(got.map(({ body: each }) => (JSON.parse(each) as { type: string }).type)).toEqual([
    "hookline.trouble",
    "hookline.recovery",
  ]);
});

test("an object that ends between the answer and the mark sends the notice again, under the same id", async () => {
  const got = receiver();
  await deploy(WATCHED);
  await gone();
  const mark = vi.spyOn(Watchdog.prototype, "taken").mockImplementation(() => {
    throw new Error("the object is gone");
  });
  await alarm();
  mark.mockRestore();
  await startOver();
  expect(got).toHaveLength(1);
  await alarm();
  expect(got).toHaveLength(2);
  expect(got[1]?.headers.get("webhook-id")).toBe(got[0]?.headers.get("webhook-id"));
  expect(got[1]?.body).toBe(got[0]?.body);
  await startOver();
  const atMs = await alarmAtMs();
  if (atMs !== null) await alarm();
  expect(got).toHaveLength(2);
});

test("a receiver that refuses is tried again a few times, freshness and the log say so, and neither names the address", async () => {
  const got = receiver(() => new Response("no such path", { status: 404 }));
  await deploy(WATCHED);
  await gone();
  for (let tries = 0; tries < 8; tries += 1) await alarm();
  expect(got).toHaveLength(8);
  const told = await (await ask("/freshness")).text();
  expect(JSON.parse(told)).toMatchObject({
    watchdog: {
      tells: "webhook hooks.example",
      afterMs: 15 * MINUTE_MS,
      failed: { tries: 8, reason: "it answers 404" },
    },
  });
  expect(log().records()).toContainEqual(
    expect.objectContaining({ level: "warn", msg: "a notice was not taken and is given up", reason: "it answers 404" }),
  );
  for (const text of [told, log().text()]) {
    expect(text).not.toContain(URL_PATH);
    expect(text).not.toContain(SECRET);
  }
  for (let alarms = 0; alarms < 2 && (await alarmAtMs()) !== null; alarms += 1) await alarm();
  expect(got).toHaveLength(8);
});

test("a receiver that cannot be reached is no trouble of the mailbox's, and its words are not logged", async () => {
  receiver(() => Promise.reject(new Error(`connect https://hooks.example/${URL_PATH} failed`)));
  await deploy(WATCHED);
  await gone();
  await alarm();
  expect((await deliverJob(2)).status).toBe(202);
  expect(log().records()).toContainEqual(expect.objectContaining({ reason: "it could not be reached" }));
  expect(log().text()).not.toContain(URL_PATH);
});

test("what cannot be an address is told without its value, and nobody is told anything else", async () => {
  const got = receiver();
  await deploy({ HOOKLINE_WATCHDOG: `https://hooks.example/${URL_PATH}` });
  await gone();
  vi.setSystemTime(Date.now() + 60 * MINUTE_MS);
  expect((await ask("/freshness")).status).toBe(200);
  const headers = { Authorization: `Bearer ${TOKEN}` };
  const answer = await createApp(env).request(`${ORIGIN}/freshness`, { headers });
  expect(await answer.json()).toMatchObject({
    watchdog: null,
    settingProblems: [expect.stringMatching(/^HOOKLINE_WATCHDOG: must be webhook, ntfy, discord with/)],
  });
  expect([got, log().text().includes(URL_PATH)]).toEqual([[], false]);
});

test("an agent that went while nothing waits sets an alarm only where its silence is to be told", async () => {
  const got = receiver();
  await deploy(WATCHED);
  const agent = await TestAgent.connect();
  agent.close(1000, "a quiet weekend");
  await agent.closed;
  expect(await alarmAtMs()).toBeNull();
  const goneMs = Date.now();
  await deploy({ HOOKLINE_WATCHDOG_SILENCE_HOURS: "24" });
  expect((await ask("/freshness")).status).toBe(200);
  expect(await alarmAtMs()).toBe(goneMs + 24 * 60 * MINUTE_MS);
  await alarm();
  expect(got).toHaveLength(1);
});

test("whether somebody is told costs a delivery no row written, and a handful read", async () => {
  const meter = await Meter.attach();
  let next = 100;
  const fiveDeliveries = async (): Promise<{ readonly read: number; readonly written: number }> => {
    const agent = await TestAgent.connect({ boot: `boot-${next}` });
    const head = agent.welcome.head + 5;
    const [read, written] = [meter.rowsRead, meter.rowsWritten];
    await deliverJobs(...Array.from({ length: 5 }, (_, n) => next + n));
    next += 5;
    await agent.seqsUpTo(head);
    agent.send({ type: "ack", fence: agent.welcome.fence, upTo: head });
    await agent.probe(agent.welcome.fence);
    return { read: meter.rowsRead - read, written: meter.rowsWritten - written };
  };
  const before = await fiveDeliveries();
  await deploy(WATCHED);
  const watched = await fiveDeliveries();
  expect(before.written).toBeGreaterThanOrEqual(10);
  expect(watched.written).toBeLessThanOrEqual(before.written);
  // Five deliveries, an acknowledgement and a probe.
  expect(watched.read - before.read).toBeLessThanOrEqual(7 * 6);
});
