import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { describeMailbox } from "./mailbox-suite.ts";

describeMailbox("node:sqlite", async (work) => {
  const folder = mkdtempSync(join(tmpdir(), "hookline-mailbox-"));
  let files = 0;
  let current: NodeSql | undefined;
  const open = (): NodeSql => {
    current?.close();
    current = new NodeSql(join(folder, `${files}.sqlite`), { synchronous: "NORMAL" });
    return current;
  };
  try {
    work({
      fresh() {
        files += 1;
        return open();
      },
      reopen: open,
    });
  } finally {
    current?.close();
    rmSync(folder, { recursive: true });
  }
});
