import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { queuedSignal } from "../../samples/signal.ts";
import { describeRoutes } from "../../shared/edge/routes-suite.ts";
import { serveReceiver, takeAllOf } from "./served-receiver.ts";

const [SECRET, TOKEN] = ["the-webhook-secret", "the-token"];

describeRoutes("standalone", async () => {
  const sql = new NodeSql(":memory:");
  const { mailbox, server } = await serveReceiver({ secrets: { current: SECRET }, tokens: [TOKEN], sql });
  return {
    webhookSecret: SECRET,
    token: TOKEN,
    ask: (path, init) => fetch(`${server.url}${path}`, init),
    setAside: async () => {
      for (const n of [1, 2]) await mailbox.accept(queuedSignal(n));
      sql.exec("UPDATE signals_a SET signal = '{}' WHERE seq = 1");
      await takeAllOf(mailbox);
    },
  };
});
