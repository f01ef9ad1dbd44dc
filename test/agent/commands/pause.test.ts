import { expect, test } from "vitest";

import { runCli } from "../../../agent/commands/commands.ts";
import { controlWorld } from "../control/world.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { fakeIo } from "./command-io.ts";

const GOES_ON = new AbortController().signal;

async function pausable() {
  const { daemon, folder } = await controlWorld();
  return { daemon, io: () => fakeIo({ HOOKLINE_DATA: folder }) };
}

test("pause without a span holds until resume; resume says whether there was a pause", async () => {
  const { daemon, io } = await pausable();
  const [paused, resumed, again] = [io(), io(), io()];
  expect(await runCli(["pause"], paused, GOES_ON)).toBe(0);
  expect(paused.out()).toBe("Paused until hookline resume. Running jobs go on.\n");
  expect(daemon.held.operatorPause).toEqual({ sinceMs: 0, untilMs: null });
  expect(await runCli(["resume"], resumed, GOES_ON)).toBe(0);
  expect(resumed.out()).toBe("The pause is over.\n");
  expect(await runCli(["resume", "--json"], again, GOES_ON)).toBe(0);
  expect(again.json()).toEqual({ ok: true, wasPaused: false });
});

test.each([
  ["90m", 5_400_000],
  ["2h", 7_200_000],
  ["30d", 2_592_000_000],
])("pause --for %s is a span of that length", async (text, ms) => {
  const { io } = await pausable();
  const each = io();
  expect(await runCli(["pause", "--for", text, "--json"], each, GOES_ON)).toBe(0);
  expect(each.json()).toEqual({ ok: true, pause: { sinceMs: 0, untilMs: ms } });
});

test.each(["2", "0h", "-1h", "1.5h", "31d", "2 hours", ""])("pause --for '%s' is refused: exit 2", async (text) => {
  const { daemon, io } = await pausable();
  const each = io();
  expect(await runCli(["pause", `--for=${text}`], each, GOES_ON)).toBe(2);
  expect(each.err()).toMatch(/--for takes a span such as 90m, 2h or 3d, at most 30 days/);
  expect(daemon.held.operatorPause).toBeNull();
});

test.each(["pause", "resume"])("%s without a daemon changes nothing: exit 1", async (command) => {
  const io = fakeIo({ HOOKLINE_DATA: temporaryFolder() });
  expect(await runCli([command], io, GOES_ON)).toBe(1);
  expect(io.err()).toMatch(/No daemon answers/);
});
