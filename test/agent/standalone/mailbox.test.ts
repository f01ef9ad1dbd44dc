import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { openMailboxFile } from "../../../agent/standalone/mailbox-file.ts";
import { describeMailbox } from "../../shared/mailbox/mailbox-suite.ts";

describeMailbox("the standalone receiver's file", async (work) => {
  const folder = mkdtempSync(join(tmpdir(), "hookline-standalone-"));
  let files = 0;
  let current: NodeSql | undefined;
  const open = (): NodeSql => {
    current?.close();
    current = openMailboxFile(join(folder, String(files)));
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
