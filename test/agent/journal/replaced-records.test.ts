import { expect, onTestFinished, test } from "vitest";

import { ReplacedRecords } from "../../../agent/journal/replaced-records.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";

function records() {
  const sql = new NodeSql(":memory:");
  onTestFinished(() => sql.close());
  return { sql, kept: new ReplacedRecords(sql) };
}

test("C-13: what was replaced outlives the process, for each engine by itself", () => {
  const { sql, kept } = records();
  kept.put("sha256:1", "acme/runner:latest");
  kept.put("sha256:2", "acme/runner:2");
  kept.of("attic").put("sha256:1", "acme/other");
  kept.delete("sha256:2");
  expect([...new ReplacedRecords(sql).names()]).toEqual([["sha256:1", "acme/runner:latest"]]);
  expect([...new ReplacedRecords(sql, "attic").names()]).toEqual([["sha256:1", "acme/other"]]);
});

test("promise 17: images that can never be removed are bounded, and the newest are kept", () => {
  const { kept } = records();
  for (let n = 1; n <= 1200; n += 1) kept.put(`sha256:${n}`, "acme/runner:latest");
  const ids = [...kept.names().keys()];
  expect([ids.length, ids[0], ids.at(-1)]).toEqual([500, "sha256:701", "sha256:1200"]);
});
