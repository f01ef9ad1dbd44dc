import { once } from "node:events";
import type { AddressInfo } from "node:net";

import { expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";

import { joinBatches } from "../../../agent/link/join-batches.ts";
import { websocketDial } from "../../../agent/link/websocket-dial.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import type { SqlDatabase } from "../../../shared/sql/sql.ts";
import { batchFrame, probedFrame } from "../../stand-ins/edge/frames.ts";
import { linkFixture } from "./link-fixture.ts";

/** A database that counts what it writes to the disk for. */
function countingSql(): { readonly sql: SqlDatabase; readonly transactions: () => number } {
  const inner = new NodeSql(":memory:");
  let transactions = 0;
  const sql: SqlDatabase = {
    exec: (statement, ...values) => inner.exec(statement, ...values),
    transaction: (work) => {
      transactions += 1;
      return inner.transaction(work);
    },
  };
  return { sql, transactions: () => transactions };
}

test("promise 3: signals that are here at once cost one write to the disk and one acknowledgement", () => {
  const { sql, transactions } = countingSql();
  const { client, told, welcome } = linkFixture({ sql });
  client.start();
  const connection = welcome();
  const before = transactions();
  for (let seq = 1; seq < 20; seq += 1) connection.receive(batchFrame(seq - 1, seq), true);
  expect([transactions() - before, connection.framesOf("ack")]).toEqual([0, []]);
  connection.receive(batchFrame(19, 20));
  expect(transactions() - before).toBe(1);
  expect(connection.framesOf("ack").map(({ upTo }) => upTo)).toEqual([20]);
  expect(told.at(-1)).toBe(`received ${Array.from({ length: 20 }, (_, index) => index + 1).join(",")}`);
});

test("promise 3: what came before another frame is in the journal before that one is heard", () => {
  const { client, journal, welcome } = linkFixture();
  client.start();
  const connection = welcome();
  connection.receive(batchFrame(0, 2), true);
  connection.receive(probedFrame("1", { head: 2 }), true);
  expect(journal.cursor()?.acked).toBe(2);
});

test("promise 3: what came before a frame that cannot be read is not lost with it", () => {
  const { client, journal, welcome } = linkFixture();
  client.start();
  const connection = welcome();
  connection.receive(batchFrame(0, 2), true);
  connection.receive("nonsense", true);
  expect(connection.terminated).toBe(true);
  expect(journal.cursor()?.acked).toBe(2);
});

test("promise 3: a hole between two batches that are here at once is a hole", () => {
  const { client, journal, welcome } = linkFixture();
  client.start();
  const connection = welcome();
  connection.receive(batchFrame(0, 2), true);
  connection.receive(batchFrame(3, 4));
  expect(journal.cursor()?.acked).toBe(2);
  expect(connection.terminated).toBe(true);
});

test.each([
  ["goes on", batchFrame(0, 2), batchFrame(2, 3), [1, 2, 3]],
  ["leaves something out", batchFrame(0, 2), batchFrame(3, 4), null],
  ["comes again", batchFrame(0, 2), batchFrame(1, 3), null],
  ["is of a replay, the first was not", batchFrame(0, 2), batchFrame(2, 3, { replay: true }), null],
  ["is of another connection", batchFrame(0, 2), batchFrame(2, 3, { fence: 2 }), null],
  ["follows an empty one", batchFrame(2, 2), batchFrame(2, 3), null],
  ["would make it too long", batchFrame(0, 499), batchFrame(499, 501), null],
] as const)("a batch that %s", (_what, first, next, seqs) => {
  expect(joinBatches(first, next)?.signals.map(({ seq }) => seq) ?? null).toEqual(seqs);
});

test("frames of a real connection come in order, and nothing waits for more after the last", async () => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: ([first = ""]) => first });
  onTestFinished(() => {
    server.close();
  });
  await once(server, "listening");
  const frames = ["one", "two", "three", "four"];
  server.on("connection", (socket) => frames.forEach((frame) => socket.send(frame)));
  const heard: [unknown, boolean | undefined][] = [];
  await new Promise<void>((resolve) => {
    const { port } = server.address() as AddressInfo;
    const connection = websocketDial(
      `http://127.0.0.1:${port}`,
      "token",
    )({
      opened: () => {},
      received: (data, more) => {
        heard.push([data, more]);
        if (heard.length === frames.length) connection.terminate();
      },
      closed: () => resolve(),
    });
  });
  expect(heard.map(([data]) => data)).toEqual(frames);
  expect(heard.at(-1)?.[1]).toBe(false);
});
