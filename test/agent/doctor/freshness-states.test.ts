import { expect, test } from "vitest";

import { startVirtualWorld } from "./virtual-world.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test("O1 never received: a fresh install is told what to try, and is not called stale", async () => {
  const world = await startVirtualWorld();
  const told = await world.freshness();
  expect(told).toMatchObject({ status: "warn", summary: expect.stringMatching(/^never received/) as string });
  expect(told.remedy).toContain("--probe");
  expect(told.summary).not.toContain("stale");
  await world.clock.advance(3 * DAY);
  expect((await world.freshness()).summary).toMatch(/^never received/);
});

test("O1 O2 quiet: three silent days are no failure while GitHub's own log is quiet too", async () => {
  const world = await startVirtualWorld();
  await world.addHook();
  await world.queue();
  world.edge.acknowledge(world.agent);
  world.github.completeJob(world.github.jobs()[0]?.id ?? 0);
  await world.github.deliveriesSettled();
  world.edge.acknowledge(world.agent);
  await world.clock.advance(3 * DAY - HOUR);
  const told = await world.freshness();
  expect(told).toMatchObject({ status: "pass", exitCode: 0, others: [] });
  expect(told.summary).toMatch(/^quiet: silent for 2 d, .*GitHub's own log is quiet too$/);
});

test("O1 stale: sixteen hours in which every delivery fails are a failure that names the hook and the count", async () => {
  const world = await startVirtualWorld();
  const hook = await world.addHook();
  await world.clock.advance(MINUTE);
  world.github.misdeliver({ fault: { kind: "fail", statusCode: 503 } });
  for (let hour = 0; hour < 16; hour++) {
    await world.queue();
    await world.clock.advance(HOUR);
  }
  const told = await world.freshness();
  expect(told).toMatchObject({ status: "fail", exitCode: 1, others: [] });
  expect(told.summary).toBe(
    `stale: GitHub's log has what never came here: the last 16 deliveries of hook ${hook.id} of acme failed within 16 h (503 ×16)`,
  );
  expect(told.remedy).toContain(`orgs/acme/hooks/${hook.id}/deliveries`);
  expect(told.detail).toMatch(/also stale: a sweep sees 16 jobs/);
});

test("O2 stale: a job that a sweep sees and of which GitHub made no event is a failure", async () => {
  const world = await startVirtualWorld();
  await world.addHook();
  await world.clock.advance(HOUR);
  world.github.misdeliver({ fault: { kind: "drop" } });
  await world.queue();
  await world.clock.advance(30_000);
  expect((await world.freshness()).status).toBe("pass");
  await world.clock.advance(5 * MINUTE);
  const told = await world.freshness();
  expect(told).toMatchObject({ status: "fail", exitCode: 1 });
  expect(told.summary).toMatch(
    /^stale: a sweep sees 1 job of which no webhook came, the oldest \d+ of acme\/web, 5 min old$/,
  );
  expect(told.remedy).toContain("gh api repos/acme/web/hooks");
});

test("O1 rejecting: a hook with another secret", async () => {
  const world = await startVirtualWorld();
  const hook = await world.addHook();
  await world.clock.advance(MINUTE);
  world.github.editHook(hook.id, { secret: "another" });
  await world.queue();
  const told = await world.freshness();
  expect(told).toMatchObject({ status: "fail", exitCode: 1, others: [] });
  expect(told.summary).toMatch(/^rejecting: 1 delivery/);
  expect(told.detail).toMatch(/signature 1 mismatch.*\nalso stale/);
  expect(told.remedy).toContain("wrangler secret put GITHUB_WEBHOOK_SECRET");
});

test("O1 link down: the edge has nobody to tell", async () => {
  const world = await startVirtualWorld();
  await world.addHook();
  world.agent.lost();
  await world.queue();
  const told = await world.freshness();
  expect(told).toMatchObject({ status: "fail", exitCode: 1, others: [] });
  expect(told.summary).toMatch(/^link down: no agent is connected.*1 signal waits for it$/);
});

test("O1 backlog: an agent that is linked and takes nothing", async () => {
  const world = await startVirtualWorld();
  await world.addHook();
  await world.queue();
  await world.clock.advance(2 * HOUR);
  const told = await world.freshness();
  expect(told).toMatchObject({ status: "fail", exitCode: 1, others: [] });
  expect(told.summary).toBe("backlog: 1 signal waits for the agent, the oldest for 2 h");
});

test("O1 L5 split identity: two agents that take the link from each other are both named", async () => {
  const world = await startVirtualWorld();
  await world.addHook();
  for (let round = 0; round < 4; round++) {
    world.edge.connect("nas", "laptop.local", "b");
    world.edge.connect("nas", "nas.local", "a");
  }
  const told = await world.freshness();
  expect(told).toMatchObject({ status: "fail", exitCode: 1, others: [] });
  expect(told.summary).toMatch(
    /^two agents on one identity: nas on .*\.local has the link, nas on .*\.local is kept out$/,
  );
  expect(told.remedy).toMatch(/docker stop hookline-agent/);
});

test("O1 stale: something else takes what GitHub delivers, and the mailbox has never received anything", async () => {
  const world = await startVirtualWorld();
  world.front.alter({ method: "POST", path: /^\/webhook$/, status: 200 });
  await world.addHook();
  const told = await world.freshness();
  expect(told).toMatchObject({ status: "fail", exitCode: 1, others: [] });
  expect(told.summary).toMatch(/^stale: GitHub delivered by hook \d+ of acme, and this mailbox has never received/);
  expect(told.remedy).toContain("HOOKLINE_EDGE_URL");
});

test("O3 the oldest open signal's age counts what is held back, retried and replayed", async () => {
  const world = await startVirtualWorld();
  await world.addHook();
  await world.queue();
  await world.clock.advance(MINUTE);
  world.edge.refuseForNow(world.agent);
  expect(world.edge.freshness()).toMatchObject({ oldestUnackedMs: MINUTE, unacked: 1 });
  await world.clock.advance(MINUTE);
  const again = world.edge.connect("nas", "nas.local", "restarted");
  expect(world.edge.freshness()).toMatchObject({ oldestUnackedMs: 2 * MINUTE, unacked: 1 });
  expect((await world.freshness()).summary).toBe("backlog: 1 signal waits for the agent, the oldest for 2 min");
  world.edge.acknowledge(again);
  expect((await world.freshness()).status).not.toBe("fail");
});

test("O11 freshness needs no scheduled workflow: it is judged where none has ever run", async () => {
  const world = await startVirtualWorld();
  await world.addHook();
  await world.clock.advance(DAY);
  expect(await world.freshness()).toMatchObject({ status: "pass", exitCode: 0 });
  expect(world.github.jobs()).toEqual([]);
  expect(world.github.calls().filter(({ path }) => /dispatches|schedule/.test(path))).toEqual([]);
});

test("O13 what was rejected and why, pings, the secret in use, acknowledged and dead: for people and for scripts", async () => {
  const world = await startVirtualWorld();
  await world.addHook();
  await world.queue();
  world.edge.acknowledge(world.agent);
  await world.clock.advance(5 * MINUTE);
  const headers = {
    "x-hub-signature-256": `sha256=${"0".repeat(64)}`,
    "x-github-delivery": crypto.randomUUID(),
    "x-github-event": "workflow_job",
    "content-type": "application/json",
  };
  await fetch(`${world.url}/webhook`, { method: "POST", headers, body: "{}" });
  const report = await world.report();
  expect(report["freshness"]).toMatchObject({
    lastPingAt: expect.any(Number) as number,
    head: 1,
    acked: 1,
    unacked: 0,
    dead: 0,
    rejectedSinceAccepted: 1,
    rejected: { missing: 0, malformed: 0, mismatch: 1 },
    secret: { matched: "current", atMs: world.clock.now() - 5 * MINUTE },
  });
  const text = await world.text();
  expect(text).toMatch(/last delivery +5 min ago, signal 5 min ago, ping 5 min ago/);
  expect(text).toMatch(/acknowledged +1 of 1, last 5 min ago/);
  expect(text).toMatch(/rejected +1 since the last accepted one \(0 missing, 0 malformed, 1 mismatch\)/);
  expect(text).toMatch(/dead letters +0/);
  expect(text).toMatch(/secret +the current one matched 5 min ago/);
});
