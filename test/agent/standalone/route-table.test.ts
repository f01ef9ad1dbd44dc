import { expect, onTestFinished } from "vitest";

import { systemClock } from "../../../agent/clock/system-clock.ts";
import { Journal } from "../../../agent/journal/journal.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { serveHttp } from "../../../agent/http/http-server.ts";
import { LocalMailbox } from "../../../agent/standalone/local-mailbox.ts";
import { createReceiverApp } from "../../../agent/standalone/receiver-app.ts";
import { Secret } from "../../../shared/fleet/secret.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import { queuedSignal } from "../../samples/signal.ts";
import { describeRoutes } from "../../shared/edge/routes-suite.ts";
import { linkFixture } from "../link/link-fixture.ts";

const [SECRET, TOKEN] = ["the-webhook-secret", "the-token"];

describeRoutes("standalone", async () => {
  const sql = new NodeSql(":memory:");
  const mailbox = new LocalMailbox({ sql, clock: systemClock, log: silentLogger });
  const app = createReceiverApp({
    mailbox,
    operator: mailbox,
    secrets: { current: new Secret(SECRET), previous: null },
    tokens: [new Secret(TOKEN)],
    now: Date.now,
    log: silentLogger,
  });
  const server = await serveHttp(app, { host: "127.0.0.1", port: 0 });
  onTestFinished(async () => {
    await server.close();
    mailbox.close();
  });
  return {
    webhookSecret: SECRET,
    token: TOKEN,
    ask: (path, init) => fetch(`${server.url}${path}`, init),
    setAside: async () => {
      for (const n of [1, 2]) await mailbox.accept(queuedSignal(n));
      sql.exec("UPDATE signals_a SET signal = '{}' WHERE seq = 1");
      const journal = new Journal(new NodeSql(":memory:"));
      const { client, told } = linkFixture({ dial: mailbox.dial, clock: systemClock, journal });
      client.start();
      await expect.poll(() => told).toContain("caught up");
      client.stop();
    },
  };
});
