import { expect, test } from "vitest";

import { runCli } from "../../../agent/commands/commands.ts";
import { settingsNeededBy } from "../../../agent/settings/needed-settings.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { queuedSignal } from "../../samples/signal.ts";
import { deadAddress, localServer } from "../../stand-ins/http/local-server.ts";
import { serveReceiver, takeAllOf } from "../standalone/served-receiver.ts";
import { fakeIo, type FakeIo } from "./command-io.ts";

const STOPPED = AbortSignal.abort();
const TOKEN = "do-not-print-token";

/** A standalone receiver on loopback whose first signal was set aside by its agent. */
async function withDeadLetter(): Promise<FakeIo> {
  const sql = new NodeSql(":memory:");
  const { mailbox, server } = await serveReceiver({ secrets: { current: "webhook-secret" }, tokens: [TOKEN], sql });
  for (const n of [1, 2]) await mailbox.accept(queuedSignal(n));
  sql.exec('UPDATE signals_a SET signal = \'{"jobId":1001,"action":"queued"}\' WHERE seq = 1');
  await takeAllOf(mailbox);
  return fakeIo({ HOOKLINE_EDGE_URL: server.url, HOOKLINE_TOKEN: TOKEN });
}

test("dead letters are listed with their reason, for people and for scripts", async () => {
  const io = await withDeadLetter();
  expect(await runCli(["dead"], io, STOPPED)).toBe(0);
  expect(io.out()).toMatch(/^seq +died +job +action +agent +reason\n1 +20\d\d-.* 1001 +queued +0\.1\.0 +guid: .*\n/);
  expect(io.out()).toContain("hookline dead requeue SEQ");
  const scripted = fakeIo({ ...io.env } as Record<string, string>);
  expect(await runCli(["dead", "--json"], scripted, STOPPED)).toBe(0);
  expect(scripted.json()).toMatchObject({ ok: true, total: 1, dead: [{ seq: 1, jobId: 1001, action: "queued" }] });
});

test("one is put back once; a second time it is no dead letter any more: exit 1 and where to look", async () => {
  const io = await withDeadLetter();
  expect(await runCli(["dead", "requeue", "1", "--json"], io, STOPPED)).toBe(0);
  expect(io.json()).toEqual({ ok: true, requeued: 1, seq: 3 });
  const again = fakeIo({ ...io.env } as Record<string, string>);
  expect(await runCli(["dead", "requeue", "1", "--json"], again, STOPPED)).toBe(1);
  expect(again.json()).toMatchObject({ ok: false, error: { code: "no-dead-letter" } });
  const empty = fakeIo({ ...io.env } as Record<string, string>);
  expect(await runCli(["dead"], empty, STOPPED)).toBe(0);
  expect(empty.out()).toBe("No dead letters.\n");
});

test("a wrong token, a stranger and nobody at the address are exit 1, each with its remedy and no token", async () => {
  const { env } = await withDeadLetter();
  const stranger = await localServer((_request, response) => response.end("<html>hello</html>"));
  const missing = await localServer((_request, response) => response.writeHead(404).end("{}"));
  const broken = await localServer((_request, response) => response.writeHead(500).end());
  const worlds: readonly (readonly [Record<string, string>, string])[] = [
    [{ HOOKLINE_TOKEN: "do-not-print-wrong" }, "token"],
    [{ HOOKLINE_EDGE_URL: await deadAddress() }, "unreachable"],
    [{ HOOKLINE_EDGE_URL: stranger }, "not-hookline"],
    [{ HOOKLINE_EDGE_URL: missing }, "not-hookline"],
    [{ HOOKLINE_EDGE_URL: broken }, "unavailable"],
  ];
  for (const [change, code] of worlds) {
    for (const args of [["dead"], ["dead", "requeue", "1"]]) {
      const io = fakeIo({ ...(env as Record<string, string>), ...change });
      expect(await runCli([...args, "--json"], io, STOPPED)).toBe(1);
      expect(io.json()).toMatchObject({ ok: false, error: { code, remedy: expect.stringMatching(/./) as string } });
      expect(io.out() + io.err()).not.toContain("do-not-print");
    }
  }
});

test.each(settingsNeededBy("dead"))("without %s it is exit 2", async (missing) => {
  const { env } = await withDeadLetter();
  const io = fakeIo({ ...(env as Record<string, string>), [missing]: "" });
  expect(await runCli(["dead"], io, STOPPED)).toBe(2);
  expect(io.err()).toMatch(new RegExp(`${missing}.*is not set`));
});

test.each<[readonly string[], RegExp]>([
  [["dead", "bury"], /requeue is the only word that may follow "dead"/],
  [["dead", "requeue"], /SEQ is missing: hookline dead requeue SEQ/],
  [["dead", "requeue", "x"], /SEQ must be a whole number/],
  [["dead", "requeue", "0"], /SEQ must be a whole number/],
  [["dead", "requeue", "1", "2"], /Unexpected argument: 2/],
])("%j is exit 2", async (args, message) => {
  const io = fakeIo();
  expect(await runCli(args, io, STOPPED)).toBe(2);
  expect(io.err()).toMatch(message);
});
