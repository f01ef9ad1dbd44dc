import { expect, test } from "vitest";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { Mailbox } from "../../../shared/mailbox/mailbox.ts";
import { T0 } from "../../samples/signal.ts";

test("promise 18: of more hooks than have room the one goes that was noted longest ago, not the one of the lowest id", () => {
  const { notes } = new Mailbox({ sql: new NodeSql(":memory:"), newStreamId: () => "stream" });
  // Ids of this size are what an object lists by number, whenever they came.
  for (let n = 0; n < 16; n += 1) notes.keep({ kind: "ping", atMs: T0 + n, hookId: String(512_000_000 - n) });
  notes.keep({ kind: "ping", atMs: T0 + 16, hookId: "512000001" });
  const kept = notes.hooks();
  expect(Object.keys(kept)).toHaveLength(16);
  expect(kept["511999985"]?.pingAtMs).toBe(T0 + 15);
  expect(kept).not.toHaveProperty("512000000");
});
