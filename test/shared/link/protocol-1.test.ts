import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";

import { Journal } from "../../../agent/journal/journal.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { readDown, readUp } from "../../../shared/link/codec.ts";
import { guid } from "../../samples/signal.ts";
import { putRows, type TableRows } from "../../stand-ins/disk/table-rows.ts";
import { FakeLink, type FakeSocket } from "../edge/fake-link.ts";
import { PairedLink } from "../edge/paired-link.ts";

/** What release 0.1.0 said and wrote, kept as it was. */
const RELEASE = join(import.meta.dirname, "../../fixtures/releases/0.1.0");

type Entry = { readonly up: object } | { readonly down: object } | { readonly dialled: number };

const read = (file: string): unknown => JSON.parse(readFileSync(join(RELEASE, file), "utf8"));
const conversation = read("conversation.json") as readonly Entry[];

/** Release 0.1.0 took objects with more in them than it knew, as this one does. */
const open = (key: string, value: unknown): unknown => (key === "additionalProperties" ? undefined : value);
const wire = JSON.parse(readFileSync(join(RELEASE, "wire.json"), "utf8"), open) as { up: object; down: object };
const ajv = new Ajv2020({ strict: false });
const checks = { up: ajv.compile(wire.up), down: ajv.compile(wire.down) };

function expectReadable(by: "up" | "down", frames: readonly unknown[]): void {
  expect(frames.length).toBeGreaterThan(0);
  for (const frame of frames) expect(checks[by](frame), JSON.stringify([frame, checks[by].errors])).toBe(true);
}

/** The tables that release 0.1.0 wrote, in a database that it made. */
function written(file: "mailbox.json" | "journal.json", schema: readonly string[]): NodeSql {
  const sql = new NodeSql(":memory:");
  for (const statement of schema) sql.exec(statement);
  putRows(sql, read(file) as TableRows);
  return sql;
}

const SIGNALS =
  "(seq INTEGER PRIMARY KEY, guid TEXT NOT NULL UNIQUE, received_at INTEGER NOT NULL, signal TEXT NOT NULL) STRICT";
const SLOTS = `CREATE TABLE slots (name TEXT PRIMARY KEY, pool TEXT NOT NULL, scope TEXT NOT NULL, runner_id INTEGER,
  planned_at INTEGER NOT NULL, jit_asked_at INTEGER, jit_at INTEGER, started_at INTEGER, online_at INTEGER,
  exited_at INTEGER, exit_code INTEGER, removed_at INTEGER, surplus_since INTEGER, tail TEXT) STRICT, WITHOUT ROWID`;
const MAILBOX = [
  "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
  `CREATE TABLE signals_a ${SIGNALS}`,
  `CREATE TABLE signals_b ${SIGNALS}`,
  "CREATE VIEW signals AS SELECT * FROM signals_a UNION ALL SELECT * FROM signals_b",
  "CREATE TABLE dead_letters (seq INTEGER PRIMARY KEY, reason TEXT NOT NULL, attempts INTEGER NOT NULL, died_at INTEGER NOT NULL) STRICT",
];

describe("an agent of protocol 1", () => {
  test("is understood in every frame that it ever sent", () => {
    const frames = conversation.flatMap((entry) => ("up" in entry ? [entry.up] : []));
    expect(new Set(frames.map((frame) => (frame as { type: string }).type))).toEqual(
      new Set(["hello", "ack", "nack", "report", "probe"]),
    );
    for (const frame of frames) expect(readUp(JSON.stringify(frame))).toMatchObject({ kind: "frame" });
  });

  test("is answered in frames that it can read, and gets every signal once", () => {
    const link = new FakeLink();
    link.deliver(7);
    const sockets: FakeSocket[] = [];
    for (const entry of conversation) {
      const live = sockets.at(-1);
      if ("dialled" in entry) {
        live?.lost();
        sockets.push(link.socket());
      } else if ("up" in entry && live !== undefined) link.edge.receive(live, JSON.stringify(entry.up));
    }
    const frames = sockets.flatMap(({ sent }) => sent.map((text) => JSON.parse(text) as { protocol?: number }));
    expectReadable("down", frames);
    expect(frames.filter(({ protocol }) => protocol !== undefined).map(({ protocol }) => protocol)).toEqual([
      1, 1, 1, 1,
    ]);
    expect(link.mailbox.deadLetters(9)).toMatchObject([{ seq: 6 }]);
  });
});

describe("an edge of protocol 1", () => {
  test("is understood in every frame that it ever sent", () => {
    const frames = conversation.flatMap((entry) => ("down" in entry ? [entry.down] : []));
    for (const frame of frames) expect(readDown(JSON.stringify(frame))).toMatchObject({ kind: "frame" });
  });

  test("is spoken to in its protocol after its refusal, in frames that it can read", async () => {
    const link = new PairedLink(undefined, new FakeLink({ spoken: [1] }));
    const said: unknown[] = [];
    link.swallows = (text) => {
      if (text !== "ping") said.push(JSON.parse(text));
      return false;
    };
    link.edge.deliver(2);
    link.client.start();
    await link.advance(65_000);
    expect(link.client.connected).toBe(true);
    expect(link.fresh).toEqual([guid(1), guid(2)]);
    expectReadable("up", said);
    link.edge = new FakeLink({ sql: link.edge.sql });
    link.cut();
    await link.advance(10_000);
    expect(said.findLast((frame) => (frame as { type: string }).type === "hello")).toMatchObject({ protocol: 2 });
    expect(link.client.connected).toBe(true);
  });
});

describe("what release 0.1.0 wrote", () => {
  test("in the mailbox is served to this agent, once each, behind what was acknowledged", async () => {
    const link = new PairedLink(undefined, new FakeLink({ sql: written("mailbox.json", MAILBOX), firstSignal: 8 }));
    link.client.start();
    await link.advance(2000);
    expect(link.fresh).toEqual([guid(7)]);
    link.edge.deliver(1);
    await link.advance(1000);
    expect(link.fresh).toEqual([guid(7), guid(8)]);
    expect(link.edge.host.freshness()).toMatchObject({ dead: 1 });
  });

  test("in the journal is where this agent goes on", () => {
    const journal = new Journal(
      written("journal.json", [
        "CREATE TABLE signals (guid TEXT NOT NULL UNIQUE, job_id INTEGER NOT NULL, agent_at INTEGER NOT NULL, signal TEXT NOT NULL, seq INTEGER) STRICT",
        "CREATE TABLE cursor (one INTEGER PRIMARY KEY CHECK (one = 1), stream TEXT NOT NULL, acked INTEGER NOT NULL) STRICT",
        "CREATE INDEX signals_by_job ON signals (job_id)",
        SLOTS,
        "CREATE TABLE schema (version INTEGER NOT NULL) STRICT",
        "INSERT INTO schema VALUES (4)",
      ]),
    );
    expect(journal.cursor()).toMatchObject({ stream: "stream-1", acked: 7 });
    expect(journal.signals().map(({ signal }) => signal.guid)).toEqual([1, 2, 3, 4, 5, 7].map(guid));
  });
});
