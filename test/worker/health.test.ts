import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { expect, test, vi } from "vitest";

import { HibernatingSocket } from "../../worker/hibernating-socket.ts";
import { describeHealth, READ_TOKENS, type WatchedEdge } from "../shared/edge/health-suite.ts";
import { deliverJob, ORIGIN } from "./deliveries.ts";
import { pass, useFreshEdge } from "./fresh-edge.ts";
import { Meter } from "./meter.ts";
import { mailboxStub, TestAgent } from "./test-agent.ts";

const log = useFreshEdge();

const ask = (path: string, init?: RequestInit) => exports.default.fetch(new Request(`${ORIGIN}${path}`, init));
const MONITOR = { headers: { Authorization: `Bearer ${READ_TOKENS[0]}` } };

describeHealth((): WatchedEdge => {
  let numbers = 0;
  return {
    ask,
    async store() {
      numbers += 1;
      expect((await deliverJob(numbers)).status).toBe(202);
    },
    async connect() {
      const agent = await TestAgent.connect();
      const { fence } = agent.welcome;
      // The runtime dates its pongs by the real clock.
      vi.spyOn(HibernatingSocket.prototype, "lastPingAtMs").mockImplementation(() => Date.now());
      return {
        fence,
        async send(frame) {
          agent.send(frame);
          await agent.probe(fence);
        },
        async leave() {
          agent.close(1000, "bye");
          await agent.closed;
        },
      };
    },
    async forget() {
      await runInDurableObject(mailboxStub(), () => {});
      await evictDurableObject(mailboxStub(), { webSockets: "close" });
    },
    pass,
  };
});

test.each([20, 4000])(
  "the deep health costs one request, no row written and a handful read, with %d signals",
  async (count) => {
    await deliverJob(1);
    const agent = await TestAgent.connect();
    await runInDurableObject(mailboxStub(), (_, { storage }) => {
      storage.sql.exec(
        `WITH RECURSIVE n(seq) AS (SELECT 2 UNION ALL SELECT seq + 1 FROM n WHERE seq < ?)
       INSERT INTO signals_a (seq, guid, received_at, signal) SELECT seq, 'guid-' || seq, ?, '{}' FROM n`,
        count,
        Date.now(),
      );
      storage.sql.exec(
        `INSERT INTO dead_letters (seq, reason, attempts, died_at) SELECT seq, 'unreadable', 1, 1 FROM signals_a WHERE seq > 2`,
      );
    });
    await agent.probe(agent.welcome.fence);
    const meter = await Meter.attach();
    expect((await ask("/healthz/deep", MONITOR)).status).toBe(503);
    expect([meter.rowsWritten, meter.billedRequests]).toEqual([0, 1]);
    expect(meter.rowsRead).toBeLessThanOrEqual(12);
  },
);

test("promise 13: without a token, with a wrong one, or for healthz alone no object is woken", async () => {
  const meter = await Meter.attach();
  expect((await ask("/healthz/deep")).status).toBe(401);
  expect((await ask("/healthz/deep", { headers: { Authorization: "Bearer wrong" } })).status).toBe(401);
  expect((await ask("/freshness", { headers: { Authorization: `Basic ${btoa("a:wrong")}` } })).status).toBe(401);
  expect((await ask("/link", { headers: { ...MONITOR.headers, Upgrade: "websocket" } })).status).toBe(401);
  expect((await ask("/healthz")).status).toBe(200);
  expect([meter.rowsRead, meter.rowsWritten, meter.billedRequests]).toEqual([0, 0, 0]);
  expect(log().text()).not.toContain(READ_TOKENS[0]);
});
