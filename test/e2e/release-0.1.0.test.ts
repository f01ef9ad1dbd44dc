import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { expect, onTestFinished, test } from "vitest";

import { systemClock } from "../../agent/clock/system-clock.ts";
import { Journal } from "../../agent/journal/journal.ts";
import { LinkClient } from "../../agent/link/link-client.ts";
import { websocketDial } from "../../agent/link/websocket-dial.ts";
import { NodeSql } from "../../agent/sqlite/node-sql.ts";
import { silentLogger } from "../../shared/log/logger.ts";
import { workflowJob } from "../samples/payload.ts";
import { sign } from "../samples/sign.ts";
import { guid } from "../samples/signal.ts";
import { startLocalEdge, type LocalEdge } from "../stand-ins/edge/local-edge.ts";
import { freePort } from "../stand-ins/process/free-port.ts";

const SECRETS = { webhookSecret: "w".repeat(32), token: "t".repeat(32) };

/** The Worker of release 0.1.0, as it was deployed. */
function workerOfRelease(): string {
  const file = join(import.meta.dirname, "../fixtures/releases/0.1.0/worker.js.gz");
  return gunzipSync(readFileSync(file)).toString("utf8");
}

async function deliver(edge: LocalEdge, n: number): Promise<number> {
  const body = JSON.stringify(workflowJob(n));
  const headers = {
    "content-type": "application/json",
    "x-github-event": "workflow_job",
    "x-github-delivery": guid(n),
    "x-github-hook-id": "4711",
    "x-hub-signature-256": await sign(SECRETS.webhookSecret, body),
  };
  const answer = await fetch(edge.webhookUrl, { method: "POST", body, headers });
  await answer.text();
  return answer.status;
}

test("an upgrade of the edge and the way back keep every signal, whichever speaks first with this agent", async () => {
  const persistIn = mkdtempSync(join(tmpdir(), "hookline-upgrade-"));
  onTestFinished(() => rmSync(persistIn, { recursive: true, force: true }));
  const port = await freePort();
  const old = { ...SECRETS, persistIn, port, worker: workerOfRelease() };
  const taken: string[] = [];
  let look = (): void => {};
  const untilTaken = (count: number): Promise<void> =>
    new Promise((resolve) => {
      look = () => taken.length >= count && resolve();
      look();
    });
  const protocols: number[] = [];
  const client = new LinkClient({
    dial: websocketDial(`http://127.0.0.1:${port}`, SECRETS.token),
    journal: new Journal(new NodeSql(":memory:")),
    identity: { instance: "nas", boot: "boot-1", host: "nas.local" },
    routes: () => [{ owner: "acme", labels: ["self-hosted", "linux"] }],
    events: {
      welcomed: ({ protocol }) => protocols.push(protocol),
      received: (signals) => {
        taken.push(...signals.map((signal) => signal.guid));
        look();
      },
      caughtUp: () => {},
      down: () => {},
    },
    clock: systemClock,
    random: () => 0,
    log: silentLogger,
  });
  onTestFinished(() => client.stop());
  let n = 0;
  for (const worker of [old, { ...SECRETS, persistIn, port }, old]) {
    const edge = await startLocalEdge(worker);
    try {
      expect(await deliver(edge, (n += 1))).toBe(202);
      client.start();
      await untilTaken(n);
      expect(await deliver(edge, (n += 1))).toBe(202);
      await untilTaken(n);
    } finally {
      await edge.close();
    }
  }
  expect(taken).toEqual([1, 2, 3, 4, 5, 6].map(guid));
  expect(protocols).toEqual([1, 2, 1]);
});
