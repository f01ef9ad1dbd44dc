import { expect, test } from "vitest";

import { runCli } from "../../../agent/commands/commands.ts";
import { pointInTime } from "../../../agent/cli/point-in-time.ts";
import { guid, queuedSignal } from "../../samples/signal.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { controlWorld } from "../control/world.ts";
import { serveReceiver, takeAllOf } from "../standalone/served-receiver.ts";
import { fakeIo } from "./command-io.ts";

const GOES_ON = new AbortController().signal;
const TOKEN = "do-not-print-token";

/** A standalone receiver on loopback with three signals of an hour ago, of which an agent has acknowledged all. */
async function world(signals = 3) {
  const { mailbox, server } = await serveReceiver({ secrets: { current: "webhook-secret" }, tokens: [TOKEN] });
  for (let n = 1; n <= signals; n += 1) await mailbox.accept(queuedSignal(n, { receivedAtMs: Date.now() - 3_600_000 }));
  await takeAllOf(mailbox);
  const { daemon, folder } = await controlWorld();
  const env = { HOOKLINE_EDGE_URL: server.url, HOOKLINE_TOKEN: TOKEN, HOOKLINE_DATA: folder };
  const waiting = async (): Promise<number> => (await mailbox.freshness()).unacked;
  return { daemon, env, waiting, run: async (...args: string[]) => ran(args, env) };
}

async function ran(args: readonly string[], env: Record<string, string>) {
  const io = fakeIo(env);
  return { code: await runCli(["replay", ...args], io, GOES_ON), io };
}

test("replay --since sends again what the mailbox has, page by page, and has the daemon read GitHub's log", async () => {
  const { run, waiting, daemon } = await world(1200);
  const { code, io } = await run("--since", "2h", "--json");
  expect(code).toBe(0);
  expect(io.json()).toEqual({
    ok: true,
    mailbox: { replayed: 1200, full: false },
    log: { logs: 1, recovered: 2, open: 3 },
  });
  expect([await waiting(), daemon.asked.length]).toEqual([1200, 1]);
});

test("replay --since of a time without signals sends nothing, and says so", async () => {
  const { run, waiting } = await world();
  const { io } = await run("--since", "30m");
  expect(io.out()).toBe(
    "mailbox: 0 signals sent again\nGitHub's log: 2 deliveries recovered from 1 hook, 3 more follow with the next sweeps\n",
  );
  expect(await waiting()).toBe(0);
});

test("replay --dry-run counts, changes nothing, and says what it did not look at", async () => {
  const { run, waiting, daemon } = await world();
  const { code, io } = await run("--since", "2h", "--dry-run");
  expect(code).toBe(0);
  expect(io.out()).toBe("mailbox: 3 signals to be sent again\nGitHub's log: skipped, a dry run does not read it\n");
  expect([await waiting(), daemon.asked]).toEqual([0, []]);
});

test("replay --guid sends one delivery again; what is not known is exit 1, with the way to get it", async () => {
  const { run, waiting } = await world();
  expect((await run("--guid", guid(2))).io.out()).toBe("mailbox: 1 signal sent again\n");
  expect((await run("--guid", guid(2))).io.out()).toBe("It waits for the agent already.\n");
  expect(await waiting()).toBe(1);
  const unknown = await run("--guid", guid(9), "--json");
  expect([unknown.code, unknown.io.json()]).toMatchObject([1, { ok: false, error: { code: "no-signal" } }]);
});

test("without a daemon the mailbox has sent, and the command fails with the remedy", async () => {
  const { env, waiting } = await world();
  const { code, io } = await ran(["--since", "2h"], { ...env, HOOKLINE_DATA: temporaryFolder() });
  expect(code).toBe(1);
  expect(io.out()).toBe("mailbox: 3 signals sent again\n");
  expect(io.err()).toMatch(/No daemon answers .*\n.*hookline agent/);
  expect(await waiting()).toBe(3);
});

test.each([
  [[], /--since is missing/],
  [["--since", "2h", "--guid", guid(1)], /not both/],
  [["--since", "yesterday"], /--since takes 30m, 2h or 3d ago, or a time such as/],
  [["--since", "2026-11-30T08:00:00"], /--since takes/],
  [["--since", "2999-01-01T00:00:00Z"], /in the past/],
  [["--since", "31d"], /at most 30 days/],
  [["--guid", "x"], /--guid takes a delivery's GUID/],
])("replay %j is refused: exit 2", async (args, message) => {
  const { code, io } = await ran(args, {});
  expect([code, io.err()]).toEqual([2, expect.stringMatching(message)]);
});

test("a time is a span ago, or an instant with its zone", () => {
  const now = Date.parse("2026-11-30T12:00:00Z");
  const read = (text: string) => pointInTime(now, 30).safeParse(text).data;
  expect(read("90m")).toBe(now - 90 * 60_000);
  expect(read("2026-11-30T13:00:00+02:00")).toBe(now - 60 * 60_000);
});
