import { chmodSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { runCli } from "../../../agent/commands/commands.ts";
import { runDrain } from "../../../agent/commands/drain.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { controlWorld } from "../control/world.ts";
import { fakeIo, type FakeIo } from "./command-io.ts";

const GOES_ON = new AbortController().signal;

async function drainable(): Promise<Awaited<ReturnType<typeof controlWorld>> & { readonly io: FakeIo }> {
  const world = await controlWorld();
  return { ...world, io: fakeIo({ HOOKLINE_DATA: world.folder }) };
}

test("it tells how it goes and returns once no slot is left", async () => {
  const { daemon, io } = await drainable();
  const code = runCli(["drain", "home"], io, GOES_ON);
  await expect.poll(() => io.out()).toBe("pool home: 1 busy, 1 idle or coming up, 0 ending\n");
  daemon.becomes({ slots: 1, open: 0 });
  await expect.poll(() => io.out()).toMatch(/\npool home: 1 busy, 0 idle or coming up, 0 ending\n$/);
  daemon.becomes({ slots: 0, busy: 0 });
  expect(await code).toBe(0);
  expect(io.out()).toMatch(/\nPool home is empty and starts nothing\.\n$/);
  expect(io.err()).toBe("");
});

test("--json prints one document; progress goes to standard error", async () => {
  const { daemon, io } = await drainable();
  const code = runCli(["drain", "home", "--json"], io, GOES_ON);
  await expect.poll(() => io.err()).toMatch(/1 busy/);
  daemon.becomes({ slots: 0, busy: 0, open: 0 });
  expect(await code).toBe(0);
  expect(io.json()).toEqual({
    ok: true,
    pool: "home",
    draining: true,
    slots: 0,
    waitedMs: expect.any(Number) as number,
  });
});

test("--undo returns at once, with slots still there", async () => {
  const { daemon, io } = await drainable();
  expect(await runCli(["drain", "home", "--undo"], io, GOES_ON)).toBe(0);
  expect([daemon.asked, io.out()]).toEqual([["home off"], "Pool home serves again.\n"]);
});

test("interrupted it says that the drain goes on; exit 1", async () => {
  const { daemon, io } = await drainable();
  const stop = new AbortController();
  const code = runCli(["drain", "home"], io, stop.signal);
  await expect.poll(() => io.out()).toMatch(/1 busy/);
  stop.abort();
  expect(await code).toBe(1);
  expect(io.err()).toMatch(/not empty yet.*\nThe drain goes on in the daemon/);
  expect(daemon.drainProgress().draining).toBe(true);
});

test("--all drains each pool of the daemon, --wait ends the waiting and not the drain, and --all --undo takes it back", async () => {
  const { daemon, io } = await drainable();
  const clock = new VirtualClock();
  daemon.document = { ...daemon.document, fleet: { ...daemon.document.fleet, pools: ["home"] } };
  const code = runDrain(["--all", "--wait", "20m"], io, GOES_ON, clock);
  await expect.poll(() => io.out()).toMatch(/pool home: 1 busy/);
  await clock.advance(20 * 60_000 - 1);
  expect(clock.pending).toBe(1);
  await clock.advance(1);
  expect(await code).toBe(1);
  expect(io.err()).toMatch(/Pool home was not empty yet.*\n.*hookline drain --all/);
  expect(daemon.asked).toEqual(["home on"]);
  const undo = fakeIo({ HOOKLINE_DATA: String(io.env["HOOKLINE_DATA"]) });
  expect(await runDrain(["--all", "--undo", "--json"], undo, GOES_ON, clock)).toBe(0);
  expect(undo.json()).toMatchObject({ ok: true, pools: [{ pool: "home", draining: false }] });
  expect(clock.pending).toBe(0);
});

test("a drain that somebody else takes back ends the waiting; exit 1", async () => {
  const { daemon, io } = await drainable();
  const code = runCli(["drain", "home", "--json"], io, GOES_ON);
  await expect.poll(() => io.err()).toMatch(/1 busy/);
  daemon.drain("home", false);
  expect(await code).toBe(1);
  expect(io.json()).toMatchObject({ ok: false, error: { code: "taken-back" } });
});

test("a daemon that ends meanwhile is told of; exit 1", async () => {
  const { control, io } = await drainable();
  const code = runCli(["drain", "home", "--json"], io, GOES_ON);
  await expect.poll(() => io.err()).toMatch(/1 busy/);
  await control?.close();
  expect(await code).toBe(1);
  expect(io.json()).toMatchObject({ ok: false, error: { code: "daemon-ended" } });
});

test("without a daemon nothing is changed, and the message names the socket; exit 1", async () => {
  const io = fakeIo();
  expect(await runCli(["drain", "home"], io, GOES_ON)).toBe(1);
  expect(io.err()).toMatch(/No daemon answers at .*control\.sock\.\nNothing was changed\. Start hookline agent/);
});

test.skipIf(process.getuid?.() === 0)("another user is told whose command it is; exit 1", async () => {
  const { folder, io } = await drainable();
  chmodSync(join(folder, "control.sock"), 0);
  expect(await runCli(["drain", "home"], io, GOES_ON)).toBe(1);
  expect(io.err()).toMatch(/may not open .*\nRun the command as the daemon's user/);
});

test.each<[string, readonly string[], RegExp]>([
  ["no pool", ["drain"], /POOL is missing/],
  ["a pool that there is not", ["drain", "hom"], /no pool hom.*\nDid you mean home\?/],
  ["a pool and all of them", ["drain", "home", "--all"], /POOL is missing: name the pool to drain, or all/],
  ["a wait that is no span", ["drain", "home", "--wait", "soon"], /--wait takes a span/],
  ["two pools", ["drain", "home", "away"], /Unexpected argument: away/],
  ["an option that there is not", ["drain", "home", "--undoo"], /no option --undoo\. Did you mean --undo\?/],
])("%s is exit 2", async (_case, args, message) => {
  const { daemon, io } = await drainable();
  expect(await runCli(args, io, GOES_ON)).toBe(2);
  expect(io.err()).toMatch(message);
  expect(daemon.asked).toEqual([]);
});
