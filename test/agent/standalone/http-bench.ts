import { onTestFinished } from "vitest";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { serveHttp, type HttpServer } from "../../../agent/http/http-server.ts";
import { LocalMailbox } from "../../../agent/standalone/local-mailbox.ts";
import { createReceiverApp } from "../../../agent/standalone/receiver-app.ts";
import { systemClock } from "../../../agent/clock/system-clock.ts";
import { ReceiverBench, type BenchParts, type NewBench, type Send } from "../../shared/receiver/receiver-bench.ts";
import { activeSecrets } from "./served-receiver.ts";

/** The standalone receiver's own app and server, over a connection of this machine. */
export const newHttpBench: NewBench = (secrets) => new ReceiverBench(overHttp, secrets);

function overHttp({ mailbox, log, now, secrets }: BenchParts): Send {
  const operator = new LocalMailbox({ sql: new NodeSql(":memory:"), clock: systemClock, log });
  const active = secrets === null ? null : activeSecrets(secrets);
  const app = createReceiverApp({ mailbox, operator, secrets: active, tokens: [], now, log });
  let server: Promise<HttpServer> | null = null;
  onTestFinished(async () => {
    await (await server)?.close();
    operator.close();
  });
  return async (request) => {
    server ??= serveHttp(app, { host: "127.0.0.1", port: 0 });
    const { url } = await server;
    return fetch(new Request(`${url}${new URL(request.url).pathname}`, request));
  };
}
