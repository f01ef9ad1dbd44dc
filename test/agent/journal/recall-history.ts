import { Journal } from "../../../agent/journal/journal.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { recallJobs } from "../../../agent/daemon/recall.ts";
import { Ledger } from "../../../shared/controller/ledger.ts";
import { T0 } from "../../samples/signal.ts";

/** What a start does with a journal, in a process of its own: prints how many jobs it knows, and its memory at most. */
const sql = new NodeSql(process.argv[2] ?? "");
const ledger = new Ledger("hookline-nas--");
const beganMs = performance.now();
let jobs = 0;
recallJobs(new Journal(sql), T0, (event) => {
  if (event.type === "job" && event.facts.phase === "completed") jobs += 1;
  ledger.apply(event);
});
const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
const ms = Math.round(performance.now() - beganMs);
process.stdout.write(JSON.stringify({ closed: jobs, open: [...ledger.jobs].length, peakMiB, ms }));
