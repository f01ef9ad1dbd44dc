import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";

let folder: string;
const opened: NodeSql[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hookline-sql-"));
});

afterEach(() => {
  for (const sql of opened.splice(0)) sql.close();
  rmSync(folder, { recursive: true });
});

function open(...options: ConstructorParameters<typeof NodeSql>): NodeSql {
  const sql = new NodeSql(...options);
  opened.push(sql);
  return sql;
}

test("a write that returned is there for a second connection and after a restart", () => {
  const path = join(folder, "a.sqlite");
  const first = open(path);
  first.exec("CREATE TABLE t (n INTEGER, s TEXT) STRICT");
  first.exec("INSERT INTO t VALUES (?, ?)", 7, null);
  expect(open(path).exec("SELECT n, s FROM t")).toMatchObject([{ n: 7, s: null }]);
  first.close();
  expect(open(path).exec("SELECT n, s FROM t")).toMatchObject([{ n: 7, s: null }]);
});

test("by default a write is on disk before it returns, in a write-ahead log", () => {
  const path = join(folder, "a.sqlite");
  const sql = open(path);
  expect(sql.exec("PRAGMA synchronous")).toMatchObject([{ synchronous: 2 }]);
  expect(sql.exec("PRAGMA journal_mode")).toMatchObject([{ journal_mode: "wal" }]);
  sql.exec("CREATE TABLE t (n INTEGER) STRICT");
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
  expect(open(path, { synchronous: "NORMAL" }).exec("PRAGMA synchronous")).toMatchObject([{ synchronous: 1 }]);
});

test("a transaction is all or nothing", () => {
  const sql = open(":memory:");
  sql.exec("CREATE TABLE t (n INTEGER PRIMARY KEY) STRICT");
  expect(sql.transaction(() => sql.exec("INSERT INTO t VALUES (1) RETURNING n"))).toMatchObject([{ n: 1 }]);
  const work = (): void => {
    sql.exec("INSERT INTO t VALUES (2)");
    sql.exec("INSERT INTO t VALUES (1)");
  };
  expect(() => sql.transaction(work)).toThrow(/UNIQUE/);
  expect(sql.exec("SELECT n FROM t")).toMatchObject([{ n: 1 }]);
});

test("a transaction inside another is refused, and the outer one is undone", () => {
  const sql = open(":memory:");
  sql.exec("CREATE TABLE t (n INTEGER) STRICT");
  const outer = (): void => {
    sql.exec("INSERT INTO t VALUES (1)");
    sql.transaction(() => sql.exec("INSERT INTO t VALUES (2)"));
  };
  expect(() => sql.transaction(outer)).toThrow(/transaction is open already/);
  expect(sql.exec("SELECT n FROM t")).toEqual([]);
  sql.transaction(() => sql.exec("INSERT INTO t VALUES (3)"));
  expect(sql.exec("SELECT n FROM t")).toMatchObject([{ n: 3 }]);
});

test("statements go on working over a changed schema and in any number", () => {
  const sql = open(":memory:");
  sql.exec("CREATE TABLE t (n INTEGER) STRICT");
  sql.exec("INSERT INTO t VALUES (1)");
  expect(sql.exec("SELECT * FROM t")).toMatchObject([{ n: 1 }]);
  sql.exec("ALTER TABLE t ADD COLUMN m INTEGER DEFAULT 5");
  expect(sql.exec("SELECT * FROM t")).toMatchObject([{ n: 1, m: 5 }]);
  for (let n = 0; n < 500; n += 1) expect(sql.exec(`SELECT ${n} AS n`)).toMatchObject([{ n }]);
});

test("a second writer waits for the first and gives up with an error, not silently", () => {
  const path = join(folder, "a.sqlite");
  const first = open(path);
  const second = open(path, { busyTimeoutMs: 20 });
  first.exec("CREATE TABLE t (n INTEGER) STRICT");
  const blocked = (): unknown => first.transaction(() => second.exec("INSERT INTO t VALUES (1)"));
  expect(blocked).toThrow(/locked/);
});

test.each([
  ["a folder that is not there", () => join(folder, "missing", "a.sqlite")],
  ["a folder", () => folder],
  [
    "a file that is no database",
    () => {
      const path = join(folder, "text");
      writeFileSync(path, "this is no database, however long one looks at it\n".repeat(100));
      return path;
    },
  ],
])("%s in place of the database is an error that names the path and the remedy", (_name, path) => {
  const where = path();
  expect(() => open(where)).toThrow(`Cannot open the database ${where}: `);
  expect(() => open(where)).toThrow(/check that its folder exists|move it out of the folder/);
});

test("closing twice is harmless and a closed database says so", () => {
  const sql = open(":memory:");
  sql.close();
  sql.close();
  expect(() => sql.exec("SELECT 1")).toThrow(/not open/);
});
