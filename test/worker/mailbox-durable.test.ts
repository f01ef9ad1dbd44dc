import { reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach } from "vitest";

import { DurableSql } from "../../worker/durable-sql.ts";
import { describeMailbox } from "../shared/mailbox/mailbox-suite.ts";

afterEach(reset);

/** All that any schema version has made. `signals` was a table in the first and is a view since. */
const TABLES = ["signals", "signals_a", "signals_b", "dead_letters", "meta"];

describeMailbox("Durable Object SQL", async (work) => {
  await runInDurableObject(env.MAILBOX.getByName("suite"), (_, { storage }) => {
    work({
      fresh() {
        storage.sql.exec("DROP VIEW IF EXISTS signals");
        for (const table of TABLES) storage.sql.exec(`DROP TABLE IF EXISTS ${table}`);
        return new DurableSql(storage, () => {});
      },
      reopen: () => new DurableSql(storage, () => {}),
    });
  });
});
