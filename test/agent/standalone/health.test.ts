import { onTestFinished } from "vitest";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { LocalMailbox } from "../../../agent/standalone/local-mailbox.ts";
import { createReceiverApp } from "../../../agent/standalone/receiver-app.ts";
import { Secret } from "../../../shared/fleet/secret.ts";
import { encode, readDown } from "../../../shared/link/codec.ts";
import { PING } from "../../../shared/link/protocol.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { hello } from "../../samples/hello.ts";
import { queuedSignal } from "../../samples/signal.ts";
import { AGENT_TOKENS, describeHealth, READ_TOKENS, type WatchedEdge } from "../../shared/edge/health-suite.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

describeHealth((): WatchedEdge => {
  const sql = new NodeSql(":memory:");
  const clock = new VirtualClock();
  const { log } = capturedLog();
  const open = () => {
    const mailbox = new LocalMailbox({ sql, clock, log });
    const app = createReceiverApp({
      mailbox,
      operator: mailbox,
      secrets: null,
      tokens: AGENT_TOKENS.map((token) => new Secret(token)),
      readTokens: READ_TOKENS.map((token) => new Secret(token)),
      now: () => clock.now(),
      log,
    });
    return { mailbox, app };
  };
  let edge = open();
  let showLife = (): void => {};
  onTestFinished(() => edge.mailbox.close());
  return {
    ask: async (path, init) => edge.app.request(path, init),
    store: async (n) => void (await edge.mailbox.accept(queuedSignal(n, { receivedAtMs: clock.now() }))),
    async connect() {
      const fence = Promise.withResolvers<number>();
      const connection = edge.mailbox.dial({
        opened: () => connection.send(encode(hello())),
        received: (data) => {
          const read = readDown(data);
          if (read.kind === "frame" && read.frame.type === "welcome") fence.resolve(read.frame.fence);
        },
        closed: () => {},
      });
      showLife = () => connection.send(PING);
      const settle = () => clock.advance(0);
      return {
        fence: await fence.promise,
        async send(frame) {
          connection.send(encode(frame));
          await settle();
        },
        async leave() {
          showLife = () => {};
          connection.terminate();
          await settle();
        },
      };
    },
    async forget() {
      showLife = () => {};
      edge = open();
    },
    async pass(ms) {
      for (let left = ms; left > 0; left -= 60_000) {
        await clock.advance(Math.min(left, 60_000));
        showLife();
      }
      await clock.advance(0);
    },
  };
});
