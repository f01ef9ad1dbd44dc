import { describe, expect, test } from "vitest";

import { poolOf } from "../../shared/controller/world.ts";
import { agentFixture, batchOf, listed, REPOSITORY, signalOf, SWEEP_MS } from "./agent-fixture.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

type Fixture = ReturnType<typeof agentFixture>;

async function started(
  change: Parameters<typeof agentFixture>[0] = {},
): Promise<Fixture & { readonly link: ReturnType<Fixture["welcome"]> }> {
  const fixture = agentFixture(change);
  await fixture.start();
  const link = fixture.welcome();
  await fixture.clock.advance(1000);
  return { ...fixture, link };
}

describe("a job leaves demand only on its own evidence", () => {
  test("F1 C-1: a job that no list shows, in a run that waits for another gate, is served when a place comes free", async () => {
    const { github, provider, clock, link, ...rest } = await started({
      fleet: { version: 2, pools: [poolOf({ max: 1, repositories: [REPOSITORY] })] },
    });
    link.receive(batchOf(0, [signalOf(1)]));
    await clock.advance(1000);
    const [first = ""] = github.callsOf("jit");
    github.set(first, { busy: true });
    link.receive(batchOf(1, [signalOf(2, { startedAtMs: clock.now() })]));
    github.jobs = { [REPOSITORY]: [] };
    github.jobsById.set(listed(1).id, listed(1, { status: "in_progress", runnerName: first }));
    github.jobsById.set(listed(2).id, listed(2));
    await clock.advance(10 * SWEEP_MS);
    expect(rest.agent.state().demand).toBe(1);
    github.jobsById.set(listed(1).id, listed(1, { status: "completed", runnerName: first }));
    github.runners.clear();
    provider.exit(first, 0);
    await clock.advance(5000);
    expect(github.callsOf("jit")).toHaveLength(2);
  });

  test("F4: approved thirty hours after it began to wait, in a run that still waits: served at once, and again by id", async () => {
    const { github, clock, link, welcome, dial } = await started();
    const waiting = { action: "waiting", status: "waiting" } as const;
    link.receive(batchOf(0, [signalOf(1, { ...waiting, startedAtMs: clock.now() })]));
    github.jobs = { [REPOSITORY]: [] };
    github.jobsById.set(listed(1).id, listed(1, { status: "waiting" }));
    await clock.advance(30 * HOUR_MS);
    github.jobsById.set(listed(1).id, listed(1));
    while (dial.last.ended) await clock.advance(1000);
    const approved = signalOf(1, { guid: "00000000-0000-4000-8000-000000000777", startedAtMs: clock.now() });
    welcome({ head: 1, acked: 1, fence: 2 }).receive(batchOf(1, [approved], { fence: 2 }));
    await clock.advance(5000);
    expect(github.callsOf("jit")).toHaveLength(1);
  });

  test("C-1: a repository whose lists never show the job, archived since, is no end of it: the job is asked for by its id", async () => {
    const fixture = await started();
    const { github, clock, link } = fixture;
    github.jobsById.set(listed(1).id, listed(1));
    link.receive(batchOf(0, [signalOf(1)]));
    await clock.advance(1000);
    const [name = ""] = github.callsOf("jit");
    github.set(name, { status: "online" });
    github.jobs = { [REPOSITORY]: [] };
    await clock.advance(20 * MINUTE_MS);
    expect(github.callsOf("job").length).toBeGreaterThan(5);
    // The second was started since GitHub gives the first one nothing.
    expect(fixture.agent.state()).toMatchObject({ demand: 1, slots: 2 });
    expect(github.callsOf("delete")).not.toContain(name);
  });
});

describe("a 404 is no proof by itself", () => {
  test("promise 9: a credential that loses the repository for an hour empties no demand", async () => {
    const fixture = await started({ fleet: { version: 2, pools: [poolOf({ max: 0, repositories: [REPOSITORY] })] } });
    const { github, clock, link, agent } = fixture;
    link.receive(batchOf(0, [signalOf(1)]));
    await clock.advance(1000);
    github.jobs = { [REPOSITORY]: [] };
    github.hidden.add(REPOSITORY);
    await clock.advance(HOUR_MS);
    expect(agent.state().demand).toBe(1);
  });

  test("one 404 beside a readable repository is lag; a second one two minutes later is the end", async () => {
    const fixture = await started({ fleet: { version: 2, pools: [poolOf({ max: 0, repositories: [REPOSITORY] })] } });
    const { github, clock, link, agent } = fixture;
    link.receive(batchOf(0, [signalOf(1)]));
    github.jobs = { [REPOSITORY]: [listed(1)] };
    await clock.advance(10 * MINUTE_MS);
    github.jobs = { [REPOSITORY]: [] };
    await clock.advance(SWEEP_MS + 1000);
    expect(github.callsOf("job")).toHaveLength(1);
    expect(agent.state().demand).toBe(1);
    github.jobsById.set(listed(1).id, listed(1));
    await clock.advance(2 * SWEEP_MS);
    github.jobsById.delete(listed(1).id);
    await clock.advance(SWEEP_MS);
    expect(agent.state().demand).toBe(1);
    await clock.advance(3 * SWEEP_MS);
    expect(agent.state().demand).toBe(0);
  });

  test("a job younger than five minutes is not given up, whatever GitHub answers", async () => {
    const fixture = await started({ fleet: { version: 2, pools: [poolOf({ max: 0, repositories: [REPOSITORY] })] } });
    const { github, clock, link, agent } = fixture;
    link.receive(batchOf(0, [signalOf(1, { startedAtMs: clock.now(), createdAtMs: clock.now() })]));
    github.jobs = { [REPOSITORY]: [] };
    await clock.advance(4.5 * MINUTE_MS);
    expect(agent.state().demand).toBe(1);
    await clock.advance(3 * MINUTE_MS);
    expect(agent.state().demand).toBe(0);
  });
});

describe("in progress is not for ever", () => {
  test.each([
    ["that GitHub shows as completed by its id", "completed"],
    ["that GitHub no longer knows, in a repository that it shows", "gone"],
  ])(
    "F20 C-6: a job %s frees its place within minutes, though its webhook was lost and its container hangs",
    async (_, end) => {
      const fixture = await started();
      const { github, provider, clock, link, agent } = fixture;
      link.receive(batchOf(0, [signalOf(1)]));
      await clock.advance(1000);
      const [name = ""] = github.callsOf("jit");
      github.set(name, { busy: true });
      const running = listed(1, { status: "in_progress", runnerName: name, startedAtMs: clock.now() });
      github.jobs = { [REPOSITORY]: [running] };
      await clock.advance(30 * MINUTE_MS);
      expect(agent.state()).toMatchObject({ busy: 1 });
      github.jobs = { [REPOSITORY]: [] };
      if (end === "completed")
        github.jobsById.set(running.id, { ...running, status: "completed", conclusion: "success" });
      github.runners.clear();
      await clock.advance(25 * MINUTE_MS);
      expect(provider.callsOf("stop")).toContain(name);
      expect(agent.state()).toMatchObject({ slots: 0, busy: 0 });
    },
  );
});
