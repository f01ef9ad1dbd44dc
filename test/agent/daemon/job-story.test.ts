import { expect, test } from "vitest";

import { agentFixture, batchOf, signalOf } from "./agent-fixture.ts";

const MINUTE_MS = 60_000;
const { jobId } = signalOf(1);

test("grep for a job's id, or for its slot, tells its story: wanted, started, running, done with its minutes", async () => {
  const { start, welcome, clock, provider, records } = agentFixture();
  await start();
  const connection = welcome();
  connection.onSend = () => {};
  connection.receive(batchOf(0, [signalOf(1)]));
  await clock.advance(0);
  const [slot = ""] = provider.running();
  const taken = { runnerName: slot, startedAtMs: clock.now() };
  connection.receive(
    batchOf(1, [signalOf(1, { guid: "g-run", action: "in_progress", status: "in_progress", ...taken })]),
  );
  await clock.advance(MINUTE_MS / 2);
  connection.receive(
    batchOf(2, [
      signalOf(1, { guid: "g-end", action: "completed", status: "completed", conclusion: "success", ...taken }),
    ]),
  );
  provider.exit(slot, 0);
  await clock.advance(0);
  const story = records().filter((record) => JSON.stringify(record).includes(String(jobId)));
  expect(story.map(({ msg, phase }) => [msg, phase].filter((word) => typeof word === "string").join(" "))).toEqual([
    "signal queued",
    "slot wanted",
    "slot started",
    "signal in_progress",
    "signal completed",
    "slot done",
  ]);
  for (const record of story.slice(1)) expect(record["slot"]).toBe(slot);
  expect(story.at(-1)).toMatchObject({
    level: "info",
    jobId,
    slot,
    pool: "home",
    repository: "acme/web",
    exitCode: 0,
    minutes: 0.5,
  });
  const bySlot = records().filter((record) => record["slot"] === slot);
  expect(bySlot.map(({ msg }) => msg)).toEqual(["slot wanted", "slot started", "signal", "signal", "slot done"]);
});

test("a slot that cannot be started names the job that it was for", async () => {
  const { start, welcome, clock, provider, records } = agentFixture();
  await start();
  provider.startHooks.push(() => Promise.reject(new Error("no")));
  welcome().receive(batchOf(0, [signalOf(1)]));
  await clock.advance(0);
  expect(records().find(({ msg }) => msg === "slot not started")).toMatchObject({ for: jobId, pool: "home" });
});
