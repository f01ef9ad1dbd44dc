import { describe, expect, test } from "vitest";

import { PING, PONG } from "../../../shared/link/protocol.ts";
import { factsOfSignal, type JobFacts } from "../../../shared/workflow-job/job-facts.ts";
import type { Fleet } from "../../../shared/fleet/pool.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { guid } from "../../samples/signal.ts";
import type { DeliveryLog, GitHubHook } from "../../../agent/github/model/delivery-log.ts";
import { finishedDays } from "../../../agent/journal/finished-days.ts";
import { Journal } from "../../../agent/journal/journal.ts";
import { probedFrame } from "../../stand-ins/edge/frames.ts";
import { gitHubError, hangs } from "../../stand-ins/github/fake-github.ts";
import { slotError } from "../../stand-ins/docker/fake-slots.ts";
import { FullDisk } from "../../stand-ins/disk/full-disk.ts";
import { agentFixture, batchOf, listed, REPOSITORY, signalOf, SWEEP_MS } from "./agent-fixture.ts";

const MINUTE_MS = 60_000;

describe("nothing is started on half the truth", () => {
  test("C17, promise 6: no runner is asked for before it is known what runs, however long Docker takes", async () => {
    const { clock, github, provider, start, welcome, records } = agentFixture();
    provider.listHook = () => {
      throw slotError("unreachable");
    };
    await start();
    welcome().receive(batchOf(0, [signalOf(1)]));
    await clock.advance(10 * MINUTE_MS);
    expect(github.callsOf("jit")).toEqual([]);
    expect(records()).toContainEqual(
      expect.objectContaining({
        level: "error",
        msg: "cannot see what runs; trying again",
        remedy: "do something about Docker",
      }),
    );
    expect(records().filter(({ msg }) => msg === "cannot see what runs; trying again")).toHaveLength(1);
    provider.listHook = () => {};
    await clock.advance(MINUTE_MS);
    expect(provider.running()).toHaveLength(1);
  });

  test("L3: during a replay nothing is started; what ended within it never is", async () => {
    const { clock, github, provider, start, welcome } = agentFixture();
    await start();
    const connection = welcome({ head: 4 });
    connection.receive(batchOf(0, [signalOf(1), signalOf(2)], { replay: true }));
    await clock.advance(0);
    expect(github.callsOf("jit")).toEqual([]);
    const gone = { guid: guid(3), action: "completed", status: "completed", conclusion: "cancelled" };
    connection.receive(batchOf(2, [signalOf(1, gone), signalOf(4)], { replay: true }));
    await clock.advance(0);
    expect(provider.running()).toHaveLength(2);
  });

  test("L12: a replay that never comes holds the agent no longer than two complete sweeps", async () => {
    const { clock, github, provider, start, welcome, dial } = agentFixture();
    github.jobs = { "acme/web": [listed(1)] };
    await start();
    welcome({ head: 4 });
    for (let seconds = 0; seconds < 120; seconds += 10) {
      await clock.advance(10_000);
      dial.last.receive("pong");
      if (seconds === 30) expect(provider.running()).toEqual([]);
    }
    expect(provider.running()).toHaveLength(1);
  });

  test("L3: a job that is old news when the agent starts is served only once a sweep has seen it", async () => {
    const first = agentFixture();
    await first.start();
    // Docker does not answer: the job is journaled and nothing else happens before the process ends.
    first.provider.listHook = () => {
      throw slotError("unreachable");
    };
    first.welcome().receive(batchOf(0, [signalOf(1), signalOf(2)]));
    first.github.jitFaults.push(
      () => {
        throw gitHubError("unavailable");
      },
      () => {
        throw gitHubError("unavailable");
      },
    );
    await first.stop();
    first.provider.listHook = () => {};
    await first.clock.advance(60 * MINUTE_MS);
    const jitBefore = first.github.callsOf("jit").length;
    const second = agentFixture({ earlier: first, dial: null });
    second.github.outage = gitHubError("unavailable", { status: 502 });
    await second.start();
    await second.clock.advance(10 * MINUTE_MS);
    expect(second.github.callsOf("jit")).toHaveLength(jitBefore);
    second.github.outage = null;
    second.github.jobs = { "acme/web": [listed(2)] };
    await second.clock.advance(2 * SWEEP_MS);
    expect(second.provider.running()).toHaveLength(1);
    expect(second.agent.state()).toMatchObject({ slots: 1, demand: 1 });
  });
});

test("L3: a replay after a reconnect holds planning as the first one does", async () => {
  const { clock, github, provider, dial, start, welcome } = agentFixture();
  await start();
  welcome().close();
  await clock.advance(1000);
  expect(dial.connections).toHaveLength(2);
  const connection = welcome({ fence: 2, head: 2 });
  connection.receive(batchOf(0, [signalOf(1)], { fence: 2, replay: true }));
  await clock.advance(0);
  expect(github.callsOf("jit")).toEqual([]);
  connection.receive(batchOf(1, [signalOf(2)], { fence: 2, replay: true }));
  await clock.advance(0);
  expect(provider.running()).toHaveLength(2);
});

test("D9, C17: killed between JIT configuration and container, the next agent clears the intent and serves the job once", async () => {
  const first = agentFixture();
  first.provider.startHooks.push((signal) => hangs(() => {}, signal));
  await first.start();
  first.welcome().receive(batchOf(0, [signalOf(1)]));
  await first.clock.advance(0);
  const [cutOff = ""] = first.github.names();
  // The first process does nothing any more; its world goes on.
  const second = agentFixture({ earlier: first, dial: null });
  await second.start();
  expect(second.github.names()).toEqual(second.provider.running());
  expect(second.provider.running()).toHaveLength(1);
  expect(second.provider.running()).not.toContain(cutOff);
});

describe("a signal becomes a runner", () => {
  test("promise 10: between a queued signal and its runner stands no timer, only the calls themselves", async () => {
    const { clock, github, provider, start, welcome } = agentFixture();
    await start();
    const connection = welcome();
    await clock.advance(1234);
    const at = clock.now();
    connection.receive(batchOf(0, [signalOf(1), signalOf(2)]));
    // Promise reactions only: no timer of the clock may be needed.
    for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
    expect(github.callsOf("jit")).toHaveLength(2);
    expect(provider.running()).toHaveLength(2);
    expect(clock.now()).toBe(at);
  });

  test("promise 3: the acknowledgement is out by then too, and waits for no container", async () => {
    const { start, welcome, github } = agentFixture();
    await start();
    const connection = welcome();
    github.latencyMs = 60_000;
    connection.receive(batchOf(0, [signalOf(1)]));
    expect(connection.framesOf("ack").map(({ upTo }) => upTo)).toEqual([1]);
  });

  test("jobs that only the welcome tells of are served", async () => {
    const { clock, provider, start, welcome } = agentFixture();
    await start();
    welcome({ head: 1, acked: 1, openJobs: [factsOfSignal(signalOf(1)) as JobFacts] });
    await clock.advance(0);
    expect(provider.running()).toHaveLength(1);
  });

  test("E8: a signal with a status that nobody knows is kept and told, and starts nothing", async () => {
    const { clock, github, start, welcome, records } = agentFixture();
    await start();
    const connection = welcome();
    connection.receive(batchOf(0, [signalOf(1, { action: "hibernated", status: "hibernating" })]));
    await clock.advance(0);
    expect(connection.framesOf("ack")).toMatchObject([{ upTo: 1 }]);
    expect(github.callsOf("jit")).toEqual([]);
    expect(records()).toContainEqual(expect.objectContaining({ level: "warn", status: "hibernating" }));
  });

  test("the edge hears whose jobs and which labels are the fleet's", async () => {
    const { dial, start } = agentFixture();
    await start();
    dial.last.open();
    const [hello] = dial.last.framesOf("hello");
    expect(hello).toMatchObject({ instance: "nas", boot: "boot-1", host: "nas.local" });
    expect(hello?.routes).toEqual([
      { owner: "acme", labels: expect.arrayContaining(["self-hosted", "linux", "x64", "nas"]) },
    ]);
  });
});

describe("without the edge", () => {
  test("promise 5, C23: an agent that lives by sweeps alone serves a queued job", async () => {
    const { clock, github, provider, start } = agentFixture({ dial: null });
    github.jobs = { "acme/web": [listed(1)] };
    await start();
    const [first = ""] = provider.running();
    github.set(first, { status: "online" });
    github.jobs = { "acme/web": [listed(1), listed(2)] };
    await clock.advance(SWEEP_MS);
    expect(provider.running()).toHaveLength(2);
  });

  test("C23: an edge that cannot be reached holds nothing up: sweeps go on from the first failed dial", async () => {
    const { dial, github, provider, start } = agentFixture();
    dial.onDial = (connection) => connection.close({ reason: "ECONNREFUSED" });
    github.jobs = { "acme/web": [listed(1)] };
    await start();
    expect(provider.running()).toHaveLength(1);
  });

  test("L12: an edge that takes the connection and says nothing holds the agent for seconds, not for ever", async () => {
    const { clock, dial, github, provider, start } = agentFixture();
    dial.onDial = (connection) => connection.open();
    github.jobs = { "acme/web": [listed(1)] };
    await start();
    await clock.advance(20_000);
    expect(provider.running()).toHaveLength(1);
  });

  test("L7: after half an hour without the edge, push works again without a restart", async () => {
    const { clock, dial, provider, start, welcome } = agentFixture();
    await start();
    welcome();
    dial.onDial = (connection) => connection.close();
    dial.last.close();
    await clock.advance(30 * MINUTE_MS);
    dial.onDial = () => {};
    await clock.advance(30_000);
    welcome({ fence: 2 }).receive(
      batchOf(0, [signalOf(1, { createdAtMs: clock.now(), startedAtMs: clock.now() })], { fence: 2 }),
    );
    await clock.advance(0);
    expect(provider.running()).toHaveLength(1);
  });
});

describe("sweeps", () => {
  test("a sweep follows each welcome, for what the mailbox may have missed (G1)", async () => {
    const { clock, github, start, welcome } = agentFixture();
    await start();
    const before = github.callsOf("jobs").length;
    await clock.advance(5000);
    welcome();
    await clock.advance(0);
    expect(github.callsOf("jobs")).toHaveLength(before + 1);
  });

  test("C1, promise 15: an approval that stamps of two clocks put before a sweep's sight of the wait is asked about at once", async () => {
    const { clock, github, provider, start, welcome } = agentFixture();
    github.jobs = { [REPOSITORY]: [listed(1, { status: "waiting" })] };
    await start();
    const connection = welcome();
    await clock.advance(5000);
    expect(provider.running()).toEqual([]);
    github.jobs = { [REPOSITORY]: [listed(1)] };
    const stamp = clock.now() - 60_000;
    const signal = signalOf(1, { createdAtMs: stamp, startedAtMs: stamp });
    connection.receive(batchOf(0, [signal]));
    await clock.advance(5000);
    expect(provider.running()).toHaveLength(1);
  });

  test("G8: a job that no sweep can confirm does not make the agent sweep every second", async () => {
    const { agent, clock, github, journalSql, start } = agentFixture({ dial: null });
    new Journal(journalSql).append("stream-1", [{ seq: 1, signal: signalOf(1) }], 1, clock.now());
    await clock.advance(30 * MINUTE_MS);
    github.outage = gitHubError("forbidden", { status: 403 });
    await start();
    await clock.advance(30 * MINUTE_MS);
    expect(github.callsOf("jobs").length).toBeGreaterThanOrEqual(30);
    expect(github.callsOf("jobs").length).toBeLessThanOrEqual(61);
    github.outage = null;
    github.jobs = { "acme/web": [listed(1)] };
    await clock.advance(SWEEP_MS);
    expect(agent.state()).toMatchObject({ demand: 1, slots: 1 });
  });

  test("G8: a surplus runner that GitHub lists as offline does not make the agent sweep every second", async () => {
    const { clock, github, provider, start } = agentFixture({ dial: null });
    github.jobs = { "acme/web": [listed(1)] };
    await start();
    const [name = ""] = provider.running();
    github.set(name, { status: "online" });
    await clock.advance(SWEEP_MS);
    github.set(name, { status: "offline" });
    github.jobs = {};
    const before = github.callsOf("jobs").length;
    await clock.advance(30 * MINUTE_MS);
    expect(github.callsOf("jobs").length - before).toBeLessThanOrEqual(60);
  });

  test("an idle surplus runner goes when its cooldown ends: the sweep that confirms it is asked for, not awaited", async () => {
    const { clock, github, provider, start } = agentFixture({ dial: null, sweepIntervalMs: 20 * MINUTE_MS });
    github.jobs = { "acme/web": [listed(1)] };
    await start();
    const [name = ""] = provider.running();
    github.set(name, { status: "online" });
    github.jobs = {};
    await clock.advance(40 * MINUTE_MS);
    expect(provider.running()).toEqual([name]);
    await clock.advance(3 * MINUTE_MS);
    expect(provider.running()).toEqual([]);
  });

  test("an idle slot's cooldown goes on from one process to the next: a restart before its end keeps no slot for ever", async () => {
    const scaling = { min: 0, max: 2, queueThreshold: 1, cooldownSeconds: 1200 };
    const fleet: Fleet = { version: 2, pools: [poolOf({ repositories: ["acme/web"], scaling })] };
    const options = { dial: null, sweepIntervalMs: MINUTE_MS, fleet };
    const first = agentFixture(options);
    first.github.jobs = { "acme/web": [listed(1)] };
    await first.start();
    const [name = ""] = first.provider.running();
    first.github.set(name, { status: "online" });
    first.github.jobs = {};
    await first.clock.advance(8 * MINUTE_MS);
    await first.stop();
    let world = first;
    let restarts = 0;
    while (first.provider.running().length > 0 && restarts < 12) {
      restarts += 1;
      world = agentFixture({ ...options, earlier: world });
      await world.start();
      await first.clock.advance(8 * MINUTE_MS);
      await world.stop();
    }
    expect(restarts).toBeLessThanOrEqual(3);
  });

  test("a runner's first time online is kept for its timeline", async () => {
    const { clock, github, provider, slotsSql, start } = agentFixture({ dial: null });
    github.jobs = { "acme/web": [listed(1)] };
    await start();
    const [name = ""] = provider.running();
    github.set(name, { status: "online" });
    await clock.advance(2 * SWEEP_MS);
    const [row] = slotsSql.exec("SELECT planned_at, online_at FROM slots");
    expect(Number(row?.["online_at"]) - Number(row?.["planned_at"])).toBe(SWEEP_MS);
  });

  test("G11: a container whose exit event was lost is cleared by the next sweep", async () => {
    const { clock, github, provider, start } = agentFixture({ dial: null });
    github.jobs = { "acme/web": [listed(1)] };
    await start();
    const [name = ""] = provider.running();
    github.jobs = {};
    provider.exit(name, 0, true);
    await clock.advance(SWEEP_MS);
    expect(provider.containers.has(name)).toBe(false);
    expect(github.names()).not.toContain(name);
  });
});

describe("what the agent says of itself", () => {
  test("its state is reported when it has caught up, and again within a minute of a change, else not", async () => {
    const { clock, github, start, welcome } = agentFixture();
    github.jobs = { "acme/web": [] };
    await start();
    const connection = welcome();
    const minute = async (): Promise<void> => {
      for (let count = 0; count < 6; count += 1) {
        await clock.advance(10_000);
        for (const name of github.names()) github.set(name, { status: "online" });
        connection.receive("pong");
      }
    };
    await minute();
    expect(connection.framesOf("report").at(-1)?.report).toMatchObject({ slots: 0, busy: 0, demand: 0 });
    connection.receive(batchOf(0, [signalOf(1)]));
    github.jobs = { "acme/web": [listed(1)] };
    await minute();
    const reports = connection.framesOf("report");
    expect(reports.at(-1)?.report).toMatchObject({ slots: 1, busy: 0, demand: 1 });
    expect(reports.at(-1)?.report.lastCompleteSweepAt).toBeGreaterThan(0);
    await minute();
    await minute();
    expect(connection.framesOf("report")).toHaveLength(reports.length);
  });

  test("a caller may wait for a state instead of asking again and again", async () => {
    const { agent, clock, start, welcome } = agentFixture();
    await start();
    const waiting = new AbortController();
    const reached = agent.waitFor(({ connected, slots }) => connected && slots === 1, waiting.signal);
    welcome().receive(batchOf(0, [signalOf(1)]));
    await clock.advance(0);
    await reached;
    const never = agent.waitFor(({ slots }) => slots === 99, waiting.signal);
    waiting.abort(new Error("enough"));
    await expect(never).rejects.toThrow("enough");
  });
});

describe("its end", () => {
  test.each([
    ["idle", async () => {}],
    ["in a sweep", async ({ github }: ReturnType<typeof agentFixture>) => void (github.latencyMs = 1000)],
  ])(
    "stopping while %s resolves, leaves no timer, ends the link and lets the runners go on (N9)",
    async (_case, before) => {
      const fixture = agentFixture();
      const { agent, clock, dial, provider, start, welcome } = fixture;
      await start();
      welcome().receive(batchOf(0, [signalOf(1)]));
      await clock.advance(SWEEP_MS - 1);
      await before(fixture);
      dial.last.receive("pong");
      await clock.advance(2);
      const running = provider.running();
      await clock.runUntil(agent.stop());
      expect([clock.pending, dial.last.terminated]).toEqual([0, true]);
      expect(provider.running()).toEqual(running);
      expect(running).toHaveLength(1);
      expect([provider.callsOf("stop"), provider.callsOf("remove")]).toEqual([[], []]);
    },
  );

  test("an agent that still waits for Docker can be stopped; its start resolves", async () => {
    const { agent, clock, provider } = agentFixture();
    provider.listHook = () => {
      throw slotError("unreachable");
    };
    const started = agent.start();
    await clock.advance(7000);
    await clock.runUntil(agent.stop());
    await started;
    expect(clock.pending).toBe(0);
  });

  test("an engine that hangs holds the end up for nine seconds, not for ever; the intent waits for the next start", async () => {
    const { agent, clock, provider, start, welcome } = agentFixture();
    await start();
    provider.startHooks.push(() => new Promise(() => {}));
    welcome().receive(batchOf(0, [signalOf(1)]));
    await clock.advance(0);
    const stopped = agent.stop();
    await clock.advance(9000);
    await stopped;
    expect(provider.running()).toEqual([]);
  });

  test("promise 4: a copy of what has ended before a restart starts nothing, though the ledger does not hold it", async () => {
    const first = agentFixture();
    await first.start();
    const atMs = first.clock.now();
    const times = { createdAtMs: atMs, startedAtMs: atMs };
    const ended = { ...times, guid: guid(2), action: "completed", status: "completed", conclusion: "success" };
    first.welcome().receive(batchOf(0, [signalOf(1, ended)]));
    await first.clock.advance(0);
    await first.stop();
    const { clock, github, start, welcome } = agentFixture({ earlier: first });
    await start();
    welcome().receive(batchOf(0, [signalOf(1, { ...times, guid: guid(3) })]));
    await clock.advance(5000);
    expect(github.callsOf("jit")).toEqual([]);
  });

  test("promise 4: an open job of a welcome that the journal knows to have ended is not believed in", async () => {
    const first = agentFixture();
    await first.start();
    const atMs = first.clock.now();
    const times = { createdAtMs: atMs, startedAtMs: atMs };
    const ended = { ...times, guid: guid(2), action: "completed", status: "completed", conclusion: "success" };
    first.welcome().receive(batchOf(0, [signalOf(1, ended)]));
    await first.clock.advance(0);
    await first.stop();
    const { agent, clock, start, welcome } = agentFixture({ earlier: first });
    await start();
    const open = factsOfSignal(signalOf(1, times));
    welcome({ openJobs: open === null ? [] : [open] });
    await clock.advance(0);
    expect(agent.state().demand).toBe(0);
  });

  test("promise 17: what has ended is forgotten after three days: an old copy of it is a stranger whom GitHub is asked about", async () => {
    const HOUR_MS = 60 * MINUTE_MS;
    const { clock, github, start, welcome } = agentFixture({ sweepIntervalMs: HOUR_MS });
    await start();
    const connection = welcome();
    connection.onSend = (text) => {
      if (text === PING) connection.receive(PONG);
      const probe = connection.framesOf("probe").at(-1);
      if (probe !== undefined && text.includes(probe.id))
        queueMicrotask(() => connection.receive(probedFrame(probe.id)));
    };
    await clock.advance(30_000);
    /** How many sweeps a signal asks for. */
    const asks = async (after: number, signal: ReturnType<typeof signalOf>): Promise<number> => {
      const before = github.callsOf("jobs").length;
      connection.receive(batchOf(after, [signal]));
      await clock.advance(5000);
      return github.callsOf("jobs").length - before;
    };
    const queuedAtMs = clock.now();
    const copy = (n: number) => signalOf(1, { guid: guid(n), createdAtMs: queuedAtMs, startedAtMs: queuedAtMs });
    await asks(0, { ...copy(1), action: "completed", status: "completed", conclusion: "success" });
    await clock.advance(24 * HOUR_MS + 30 * MINUTE_MS);
    expect(await asks(1, copy(2))).toBe(0);
    await clock.advance(96 * HOUR_MS);
    expect(await asks(2, copy(3))).toBe(1);
  });

  test("a disk that is full at the hourly housekeeping ends nothing", async () => {
    const journalSql = new FullDisk();
    const { clock, github, provider, start, records } = agentFixture({ dial: null, journalSql });
    await start();
    journalSql.full = true;
    await clock.advance(61 * MINUTE_MS);
    expect(records()).toContainEqual(expect.objectContaining({ level: "error", reason: "database or disk is full" }));
    github.jobs = { "acme/web": [listed(1)] };
    await clock.advance(SWEEP_MS);
    expect(provider.running()).toHaveLength(1);
  });
});

describe("promise 5: on a disk that takes nothing at all sweeps serve on", () => {
  test.each([
    ["from the start", 0],
    ["from the second sweep on", SWEEP_MS + 1],
  ])("%s", async (_when, afterMs) => {
    const [journalSql, slotsSql] = [new FullDisk(), new FullDisk()];
    const hook: GitHubHook = {
      home: { kind: "organization", organization: "acme" },
      id: 7,
      active: true,
      url: "",
      events: [],
      contentType: "json",
      verifiesTls: true,
    };
    const attempt = {
      id: "1",
      guid: guid(9),
      deliveredAtMs: 0,
      event: "workflow_job",
      ok: false,
      statusCode: 503,
      throttled: false,
    };
    const log: DeliveryLog = {
      isApp: false,
      listHooks: async () => ({ items: [hook], complete: true }),
      listAttempts: async () => ({ items: [attempt], complete: true }),
      readPayload: async () => ({}),
      redeliver: async () => {},
    };
    const fixture = agentFixture({ dial: null, journalSql, slotsSql, deliveries: { log, isOurs: () => true } });
    const { clock, github, provider, start } = fixture;
    await start();
    await clock.advance(afterMs);
    journalSql.full = true;
    slotsSql.full = true;
    github.jobs = { [REPOSITORY]: [listed(1), listed(2)] };
    await clock.advance(SWEEP_MS + 5000);
    expect(provider.running()).toHaveLength(2);
    for (const name of provider.running()) provider.exit(name, 0);
    github.jobs = { [REPOSITORY]: [] };
    await clock.advance(10 * SWEEP_MS);
    expect(provider.containers.size).toBe(0);
  });
});

test("promise 17: a job that ran here is kept for reports once, whoever tells of its end", async () => {
  const { agent, github, slotsSql, clock, start, welcome } = agentFixture();
  await start();
  const connection = welcome();
  connection.receive(batchOf(0, [signalOf(1, { createdAtMs: clock.now(), startedAtMs: clock.now() })]));
  await clock.advance(1000);
  const [runnerName = ""] = github.callsOf("jit");
  const ended = { guid: guid(50), action: "completed", status: "completed", conclusion: "success", runnerName };
  const times = { createdAtMs: clock.now(), startedAtMs: clock.now() + 1000, completedAtMs: clock.now() + 61_000 };
  connection.receive(batchOf(1, [signalOf(1, { ...ended, ...times })]));
  connection.receive(batchOf(2, [signalOf(1, { ...ended, ...times, guid: guid(51) })]));
  github.jobs[REPOSITORY] = [listed(1, { status: "completed", conclusion: "success", runnerName, ...times })];
  await clock.advance(3 * SWEEP_MS);
  const days = finishedDays(slotsSql, "2000-01-01");
  expect(days).toMatchObject([{ pool: "home", repository: REPOSITORY, conclusion: "success", jobs: 1, runMs: 60_000 }]);
  const { totals } = agent.status.document(null);
  expect(totals?.jobs).toEqual([{ pool: "home", conclusion: "success", jobs: 1, runMs: 60_000 }]);
  expect(totals?.legs.find(({ leg }) => leg === "total")?.counts.reduce((sum, count) => sum + count, 0)).toBe(1);
});
