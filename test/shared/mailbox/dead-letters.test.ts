import fc from "fast-check";
import { expect, test } from "vitest";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { Mailbox } from "../../../shared/mailbox/mailbox.ts";
import { queuedSignal, T0 } from "../../samples/signal.ts";

function filled(): { readonly sql: NodeSql; readonly mailbox: Mailbox } {
  const sql = new NodeSql(":memory:");
  const mailbox = new Mailbox({ sql, newStreamId: () => "stream" });
  for (let n = 1; n <= 20; n += 1) mailbox.accept(queuedSignal(n));
  mailbox.acknowledge(20, T0);
  return { sql, mailbox };
}

const counted = (sql: NodeSql): unknown => sql.exec("SELECT count(*) AS n FROM dead_letters")[0]?.["n"];

test("E-1: the number of dead letters is right without counting them, whatever is set aside and put back", () => {
  const step = fc.tuple(fc.constantFrom("bury", "late", "requeue"), fc.integer({ min: 1, max: 20 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { sql, mailbox } = filled();
      for (const [what, seq] of steps) {
        if (what === "bury") mailbox.bury(seq, "unreadable", 1, T0);
        else if (what === "late") mailbox.buryAcknowledged(seq, "unreadable", T0);
        else mailbox.requeue(seq);
        expect(mailbox.dead()).toBe(counted(sql));
      }
      sql.close();
    }),
  );
});

test("E-1: dead letters that an earlier version set aside or put back are counted anew", () => {
  const { sql, mailbox } = filled();
  mailbox.bury(5, "unreadable", 1, T0);
  sql.exec("INSERT INTO dead_letters (seq, reason, attempts, died_at) VALUES (9, 'disk full', 6, 1)");
  expect(mailbox.dead()).toBe(2);
  mailbox.settle();
  sql.exec("DELETE FROM dead_letters");
  expect(mailbox.dead()).toBe(0);
});
