import { expect, test } from "vitest";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { Mailbox } from "../../../shared/mailbox/mailbox.ts";
import type { SqlDatabase } from "../../../shared/sql/sql.ts";
import { FullDisk } from "../../stand-ins/disk/full-disk.ts";
import { T0 } from "../../samples/signal.ts";

const HOUR_MS = 60 * 60_000;

/** A database that counts what is written into `meta`. */
function counted(): { readonly sql: SqlDatabase; readonly written: () => number } {
  const inner = new NodeSql(":memory:");
  let written = 0;
  const sql: SqlDatabase = {
    exec(statement, ...values) {
      if (statement.startsWith("INSERT OR REPLACE INTO meta")) written += 1;
      return inner.exec(statement, ...values);
    },
    transaction: (work) => inner.transaction(work),
  };
  return { sql, written: () => written };
}

test("E-5: to remember its secret costs one row a hook and day, however much it delivers", () => {
  const { sql, written } = counted();
  const { hookSecrets } = new Mailbox({ sql, newStreamId: () => "stream" });
  const before = written();
  for (let minute = 0; minute < 3 * 24 * 60; minute += 1) hookSecrets.saw("111", "aaaaaaaa", T0 + minute * 60_000);
  expect(written() - before).toBe(3);
  hookSecrets.saw("111", "bbbbbbbb", T0 + 71 * HOUR_MS);
  expect(written() - before).toBe(4);
});

test("E-5: a hook that was silent for eight days makes room, one of yesterday does not", () => {
  const { sql } = counted();
  const { hookSecrets } = new Mailbox({ sql, newStreamId: () => "stream" });
  for (let n = 0; n < 64; n += 1) hookSecrets.saw(`${n}`, "aaaaaaaa", T0);
  hookSecrets.saw("late", "bbbbbbbb", T0 + 24 * HOUR_MS);
  expect(hookSecrets.list("aaaaaaaa")).toContainEqual({ id: null, matched: "previous", atMs: T0 + 24 * HOUR_MS });
  hookSecrets.saw("later", "bbbbbbbb", T0 + 9 * 24 * HOUR_MS);
  expect(hookSecrets.list("bbbbbbbb").map(({ id }) => id)).toEqual(["later"]);
});

test("E-5: what is on disk is known to the next process", () => {
  const { sql } = counted();
  const open = () => new Mailbox({ sql, newStreamId: () => "stream" }).hookSecrets;
  open().saw("111", "aaaaaaaa", T0);
  expect(open().list("bbbbbbbb")).toEqual([{ id: "111", matched: "previous", atMs: T0 }]);
});

test("E-5: what could not be written is written at the hook's next delivery, not a day later", () => {
  const disk = new FullDisk();
  const open = () => new Mailbox({ sql: disk, newStreamId: () => "stream" }).hookSecrets;
  const hookSecrets = open();
  disk.full = true;
  expect(() => hookSecrets.saw("111", "aaaaaaaa", T0)).toThrow("full");
  disk.full = false;
  hookSecrets.saw("111", "aaaaaaaa", T0 + HOUR_MS);
  expect(open().list("aaaaaaaa")).toEqual([{ id: "111", matched: "current", atMs: T0 + HOUR_MS }]);
});
