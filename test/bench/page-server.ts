import { performance } from "node:perf_hooks";

import { startWeb } from "../../agent/web/start-web.ts";
import { NodeSql } from "../../agent/sqlite/node-sql.ts";
import { silentLogger } from "../../shared/log/logger.ts";
import { fullStatus } from "../agent/web/page/full-status.ts";
import { AT_MS } from "../agent/web/page/page-status.ts";

/** Serves the page of a daemon that changes each second, from the journal in the folder of its first argument. */
const [dataFolder = ""] = process.argv.slice(2);
const status = fullStatus();
const refuse = (): never => {
  throw new Error("nothing acts here");
};
const daemon = {
  status: () => status,
  job: () => ({ atMs: AT_MS, waiting: null, running: null }),
  holds: () => ({ drained: [], pauses: [], operatorPause: null }),
  changed: (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, 1000);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      });
    }),
  drain: refuse,
  pause: refuse,
  resume: refuse,
  retire: refuse,
};
let readings = 0;
const { url } = await startWeb({
  http: { listen: { host: "127.0.0.1", port: 0 }, token: null, operatorToken: null, read: "open", hosts: [] },
  token: null,
  operatorToken: null,
  daemon,
  githubApiUrl: "https://api.github.com",
  dataFolder,
  journalSql: new NodeSql(":memory:"),
  edge: null,
  deadLetters: null,
  examine: null,
  // A minute between any two questions: nothing is told from what was kept.
  clock: { now: () => AT_MS, monotonicMs: () => performance.now() + 60_000 * (readings += 1) },
  log: silentLogger,
});
process.stdout.write(`${url}\n`);
