import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { runHealthcheck } from "../../../agent/commands/healthcheck.ts";
import { BEAT_MS, heartbeatFile, keepBeating, SILENT_MS } from "../../../agent/daemon/heartbeat.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { keepingLogger } from "../../stand-ins/docker/slot-fixtures.ts";
import { fakeIo } from "./command-io.ts";

const STATE = { slots: 3, busy: 2, demand: 1, lastSweepAt: null, lastCompleteSweepAt: null };

function world() {
  const io = fakeIo();
  const clock = new VirtualClock();
  const stop = new AbortController();
  const file = heartbeatFile(join(io.cwd, "data"));
  return { io, clock, stop, file };
}

test("a daemon that beats is alive, one that stops beating is not, and one that ended leaves no sign", async () => {
  const { io, clock, stop, file } = world();
  let stuck = false;
  const state = () => {
    if (stuck) throw new Error("stuck");
    return STATE;
  };
  const beating = keepBeating({ file, clock, log: silentLogger, state }, stop.signal);
  await clock.advance(10 * BEAT_MS);
  expect(runHealthcheck(["--json"], io, clock)).toBe(0);
  expect(io.json()).toEqual({ ok: true, silentMs: 0, slots: 3, busy: 2, demand: 1 });
  const told = { ...fakeIo(), cwd: io.cwd, call: "docker exec hookline-agent hookline" };
  expect(runHealthcheck([], told, clock)).toBe(0);
  expect(told.out()).toBe(
    "alive 0 s ago: 3 slots, 2 busy, 1 job wanted\nThe process lives, no more. Whether a job gets a runner: docker exec hookline-agent hookline doctor\n",
  );
  stuck = true;
  await clock.advance(SILENT_MS);
  expect(runHealthcheck([], io, clock)).toBe(0);
  await clock.advance(BEAT_MS);
  expect(runHealthcheck([], io, clock)).toBe(1);
  expect(io.err()).toMatch(/silent for 55 s[\s\S]*restart it/);
  stop.abort();
  await beating;
  expect(existsSync(file)).toBe(false);
  expect(clock.pending).toBe(0);
});

test("without a daemon, or with a sign that nobody can read, the answer is no", () => {
  const { io, clock, file } = world();
  expect(runHealthcheck([], io, clock)).toBe(1);
  writeFileSync(file, '{"atMs":');
  expect(runHealthcheck(["--json"], io, clock)).toBe(1);
  expect(io.json()).toMatchObject({ ok: false, error: { code: "not-alive", remedy: expect.any(String) } });
});

test("a sign of life that cannot be left is told once, ends nothing and leaves no drafts", async () => {
  const { clock, stop } = world();
  const { log, lines } = keepingLogger();
  const file = join(tmpdir(), "hookline-no-such-folder", "x.alive");
  const beating = keepBeating({ file, clock, log, state: () => STATE }, stop.signal);
  await clock.advance(5 * BEAT_MS);
  stop.abort();
  await beating;
  expect(lines).toHaveLength(1);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith("x.alive"))).toEqual([]);
});

test("two daemons on one machine are told apart by their data folders", () => {
  expect(heartbeatFile("/volume1/a")).not.toBe(heartbeatFile("/volume1/b"));
});

test("wrong usage is exit 2", () => {
  expect(runHealthcheck(["--what"], world().io)).toBe(2);
});
