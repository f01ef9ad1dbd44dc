import { expect, test } from "vitest";

import { runCli } from "../../../agent/commands/commands.ts";
import { controlWorld, SLOT } from "../control/world.ts";
import { slotError } from "../../stand-ins/docker/fake-slots.ts";
import { fakeIo, type FakeIo } from "./command-io.ts";

const GOES_ON = new AbortController().signal;

async function retirable(): Promise<Awaited<ReturnType<typeof controlWorld>> & { readonly io: FakeIo }> {
  const world = await controlWorld();
  return { ...world, io: fakeIo({ HOOKLINE_DATA: world.folder }) };
}

test("C-13: retire waits for the slot's job to end, and returns once nothing of it is left", async () => {
  const { daemon, io } = await retirable();
  const code = runCli(["retire", SLOT], io, GOES_ON);
  await expect.poll(() => io.out()).toMatch(/busy with job 12, which it ends first\n$/);
  daemon.slotBecomes({ phase: "ending", jobId: 12 });
  await expect.poll(() => io.out()).toMatch(/: ending\n$/);
  daemon.slotBecomes(null);
  expect(await code).toBe(0);
  expect([daemon.asked, io.out().endsWith(`\nSlot ${SLOT} is gone.\n`), io.err()]).toEqual([
    [`retire ${SLOT}`],
    true,
    "",
  ]);
});

test("C-13: --force stops the container with its job, and says which job that was", async () => {
  const { daemon, io } = await retirable();
  daemon.forced = async () => daemon.slotBecomes(null);
  expect(await runCli(["retire", SLOT, "--force"], io, GOES_ON)).toBe(0);
  expect(daemon.asked).toEqual([`retire ${SLOT}`, `force ${SLOT}`]);
  expect(io.out()).toBe(`Slot ${SLOT} is gone. It was stopped with job 12.\n`);
});

test("--force waits for a slot that is coming up: it has no container yet that could be stopped", async () => {
  const { daemon, io } = await retirable();
  daemon.slotBecomes({ phase: "coming-up", jobId: null });
  daemon.forced = async () => daemon.slotBecomes(null);
  const code = runCli(["retire", SLOT, "--force", "--json"], io, GOES_ON);
  await expect.poll(() => daemon.asked).toEqual([`retire ${SLOT}`]);
  daemon.slotBecomes({ phase: "idle", jobId: null });
  expect(await code).toBe(0);
  const waitedMs = expect.any(Number) as number;
  expect(io.json()).toEqual({ ok: true, slot: SLOT, stoppedBusy: false, job: null, waitedMs });
});

test("a container that cannot be stopped ends the command with Docker's reason; exit 1", async () => {
  const { daemon, io } = await retirable();
  daemon.forced = () => Promise.reject(slotError("unreachable"));
  expect(await runCli(["retire", SLOT, "--force", "--json"], io, GOES_ON)).toBe(1);
  expect(io.json()).toMatchObject({ ok: false, error: { code: "unreachable", remedy: "do something about Docker" } });
});

test("interrupted it says that the daemon goes on; exit 1", async () => {
  const { io } = await retirable();
  const stop = new AbortController();
  const code = runCli(["retire", SLOT], io, stop.signal);
  await expect.poll(() => io.out()).toMatch(/busy/);
  stop.abort();
  expect(await code).toBe(1);
  expect(io.err()).toMatch(/was not gone yet\.\nThe daemon goes on with it/);
});

test("a daemon that ends meanwhile has forgotten it, and the remedy does not say otherwise; exit 1", async () => {
  const { control, io } = await retirable();
  const code = runCli(["retire", SLOT], io, GOES_ON);
  await expect.poll(() => io.out()).toMatch(/busy/);
  await control?.close();
  expect(await code).toBe(1);
  expect(io.err()).toMatch(/ended before it had answered\.\nAsk once more when it has started again/);
});

test.each<[string, readonly string[], RegExp]>([
  ["no slot", ["retire"], /SLOT is missing/],
  [
    "a slot that there is not",
    ["retire", SLOT.slice(0, -1)],
    /no slot .*\nDid you mean hookline-nas--home-aaaaaaaaaa\?/,
  ],
  ["two slots", ["retire", SLOT, "other"], /Unexpected argument: other/],
])("%s is exit 2", async (_case, args, message) => {
  const { daemon, io } = await retirable();
  expect(await runCli(args, io, GOES_ON)).toBe(2);
  expect([io.err(), daemon.asked]).toEqual([expect.stringMatching(message), []]);
});
