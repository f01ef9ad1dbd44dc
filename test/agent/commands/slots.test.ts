import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { runCli } from "../../../agent/commands/commands.ts";
import { Journal } from "../../../agent/journal/journal.ts";
import { openJournal } from "../../../agent/journal/open-journal.ts";
import { SlotRecords } from "../../../agent/journal/slot-records.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { deadAddress } from "../../stand-ins/http/local-server.ts";
import { fakeIo, type FakeIo } from "./command-io.ts";

const STOPPED = AbortSignal.abort();
const NAME = "hookline-nas--nas-abcdefghij";

/** A journal with one slot, and a Docker that does not answer. */
async function withSlot(): Promise<FakeIo> {
  const io = fakeIo({ DOCKER_HOST: (await deadAddress()).replace("http", "tcp") });
  const open = openJournal(join(io.cwd, "data"));
  onTestFinished(open.close);
  expect(new Journal(open.signals).signals()).toEqual([]);
  new SlotRecords(open.slots).plan({ name: NAME, pool: "nas", scope: "acme", plannedAtMs: Date.now() - 5000 });
  return io;
}

test("with Docker away the journal speaks alone, and both forms say so", async () => {
  const io = await withSlot();
  expect(await runCli(["slots"], io, STOPPED)).toBe(0);
  expect(io.out()).toMatch(new RegExp(`^pool +state +job +age +slot\nnas +planned +- +\\d+ s +${NAME}\n$`));
  expect(io.err()).toMatch(/^Docker could not be asked, the journal speaks alone: /);
  const scripted = fakeIo({ ...(io.env as Record<string, string>), HOOKLINE_DATA: join(io.cwd, "data") });
  expect(await runCli(["slots", "--json"], scripted, STOPPED)).toBe(0);
  expect(scripted.json()).toMatchObject({
    ok: true,
    docker: expect.stringMatching(/./) as string,
    slots: [
      { slot: NAME, pool: "nas", state: "planned", runner: { name: NAME, id: null }, job: null, container: null },
    ],
  });
});

test("--tail prints the last words of a slot that ended, whatever its container printed, and names what there is not", async () => {
  const io = await withSlot();
  const open = new NodeSql(join(io.cwd, "data", "slots.db"));
  onTestFinished(() => open.close());
  new SlotRecords(open).keepTail(NAME, "Could not resolve host\n\u001b[31mbye\u001b[0m");
  expect(await runCli(["slots", "--tail", NAME], io, STOPPED)).toBe(0);
  expect(io.out()).toBe("Could not resolve host\n\\u001b[31mbye\\u001b[0m\n");
  const scripted = fakeIo({ ...(io.env as Record<string, string>), HOOKLINE_DATA: join(io.cwd, "data") });
  expect(await runCli(["slots", "--tail", "other", "--json"], scripted, STOPPED)).toBe(2);
  expect(scripted.json()).toMatchObject({ ok: false, error: { code: "unknown-slot" } });
});

test("without a journal it is exit 1 with what to do", async () => {
  const io = fakeIo();
  expect(await runCli(["slots"], io, STOPPED)).toBe(1);
  expect(io.err()).toMatch(/There is no journal in .*\nStart hookline agent once/);
});
