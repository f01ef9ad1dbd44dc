import { expect, test } from "vitest";

import { VERSION } from "../../../shared/version.ts";
import { guid, queuedSignal } from "../../samples/signal.ts";
import { batchFrame } from "../../stand-ins/edge/frames.ts";
import { FullDisk } from "../../stand-ins/disk/full-disk.ts";
import { linkFixture } from "./link-fixture.ts";

test("the hello names the agent and goes on where the journal stands", () => {
  const { client, dial, journal } = linkFixture();
  journal.append("stream-1", [{ seq: 7, signal: queuedSignal(7) }], 7, 0);
  client.start();
  dial.last.open();
  expect(dial.last.frames()).toEqual([
    {
      type: "hello",
      protocol: 2,
      instance: "nas",
      boot: "boot-1",
      host: "nas.local",
      agentVersion: VERSION,
      stream: "stream-1",
      acked: 7,
      cursorGuid: guid(7),
      routes: [{ owner: "acme", labels: ["self-hosted", "linux"] }],
      window: 64,
      requires: [],
    },
  ]);
});

test("an agent that was never connected says so", () => {
  const { client, dial } = linkFixture();
  client.start();
  dial.last.open();
  expect(dial.last.framesOf("hello")).toMatchObject([{ stream: null, acked: 0 }]);
});

test("L11: a mailbox of a new name starts from its own beginning, and its signals are taken", () => {
  const { client, journal, told, welcome } = linkFixture();
  journal.append("old", [{ seq: 900, signal: queuedSignal(900) }], 900, 0);
  client.start();
  const connection = welcome({ stream: "new", head: 2 });
  expect(journal.cursor()).toEqual({ stream: "new", acked: 0, guid: null });
  connection.receive(batchFrame(0, 2, { replay: true }));
  expect(journal.cursor()).toEqual({ stream: "new", acked: 2, guid: guid(2) });
  expect(told).toEqual(["welcomed 1 behind", "received 1,2 replay", "caught up"]);
});

test("L11: an edge that was set back to an earlier state is followed back, not ignored until it catches up", () => {
  const { client, journal, told, welcome } = linkFixture();
  journal.append("stream-1", [{ seq: 900, signal: queuedSignal(900) }], 900, 0);
  client.start();
  const connection = welcome({ head: 40, acked: 40 });
  connection.receive(batchFrame(40, 41));
  expect(told).toEqual(["welcomed 1", "caught up", "received 41"]);
  expect(connection.framesOf("ack")).toMatchObject([{ upTo: 41 }]);
  expect(journal.cursor()).toEqual({ stream: "stream-1", acked: 41, guid: guid(41) });
});

test("what an earlier agent of this mailbox acknowledged is not asked for again by one without a journal", () => {
  const { client, journal, welcome } = linkFixture();
  client.start();
  welcome({ head: 5, acked: 5 });
  expect(journal.cursor()).toEqual({ stream: "stream-1", acked: 5, guid: null });
});

test("a gap is passed over, the daemon told of the welcome, and the edge told that the agent knows", () => {
  const { client, journal, told, welcome } = linkFixture();
  journal.append("stream-1", [{ seq: 3, signal: queuedSignal(3) }], 3, 0);
  client.start();
  const connection = welcome({ head: 10, acked: 10, gap: { from: 4, to: 10 } });
  expect(connection.framesOf("ack")).toEqual([{ type: "ack", fence: 1, upTo: 10 }]);
  expect(told).toEqual(["welcomed 1", "caught up"]);
  expect(journal.cursor()?.acked).toBe(10);
});

test("being caught up is told once a session, and again after a reconnect", async () => {
  const { client, clock, dial, told, welcome } = linkFixture();
  client.start();
  const first = welcome({ head: 2 });
  first.receive(batchFrame(0, 1, { replay: true }));
  expect(told).not.toContain("caught up");
  first.receive(batchFrame(1, 2, { replay: true }));
  first.receive(batchFrame(2, 3));
  expect(told.filter((line) => line === "caught up")).toHaveLength(1);
  first.close();
  await clock.advance(1000);
  expect(dial.connections).toHaveLength(2);
  welcome({ fence: 2, head: 3, acked: 3 });
  expect(told.filter((line) => line === "caught up")).toHaveLength(2);
});

test("a journal that cannot be written at the welcome costs the connection, not the agent", async () => {
  const sql = new FullDisk();
  const { client, clock, dial, journal, told, records, welcome } = linkFixture({ sql });
  sql.full = true;
  client.start();
  const connection = welcome({ head: 1 });
  expect(connection.terminated).toBe(true);
  expect(connection.framesOf("ack")).toEqual([]);
  expect(records()).toContainEqual(
    expect.objectContaining({
      level: "error",
      reason: "database or disk is full",
      remedy: expect.stringContaining("HOOKLINE_DATA"),
    }),
  );
  sql.full = false;
  await clock.advance(1000);
  expect(dial.connections).toHaveLength(2);
  welcome({ fence: 2, head: 1 }).receive(batchFrame(0, 1, { fence: 2 }));
  expect(journal.cursor()?.acked).toBe(1);
  expect(told).toContain("received 1");
});
