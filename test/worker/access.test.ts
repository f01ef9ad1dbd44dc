import { exports } from "cloudflare:workers";
import { describe, expect, test } from "vitest";

import { freshnessSchema } from "../../shared/mailbox/freshness.ts";
import { PING } from "../samples/payload.ts";
import { deliverJob, delivery, ORIGIN } from "./deliveries.ts";
import { useFreshEdge } from "./fresh-edge.ts";
import { PREVIOUS_TOKEN, TestAgent, TOKEN, upgrade } from "./test-agent.ts";

const log = useFreshEdge();

function freshness(authorization?: string): Promise<Response> {
  const headers = authorization === undefined ? {} : { Authorization: authorization };
  return exports.default.fetch(`${ORIGIN}/freshness`, { headers });
}

describe("freshness and the link open to", () => {
  test.each([TOKEN, PREVIOUS_TOKEN])("the token %s", async (token) => {
    expect((await freshness(`Bearer ${token}`)).status).toBe(200);
    const answer = await upgrade({ Authorization: `Bearer ${token}` });
    expect(answer.status).toBe(101);
    answer.webSocket?.accept();
    answer.webSocket?.close();
  });

  test.each([
    ["nothing", ""],
    ["a wrong token", "Bearer wrong"],
    ["a part of the token", `Bearer ${TOKEN.slice(0, -1)}`],
    ["more than the token", `Bearer ${TOKEN}x`],
    ["two tokens", `Bearer ${TOKEN} ${TOKEN}`],
    ["an empty token", "Bearer "],
    ["another scheme", `Basic ${TOKEN}`],
    ["the bare token", TOKEN],
    ["the webhook secret", "Bearer test-webhook-secret"],
    ["a kilobyte", `Bearer ${"x".repeat(1024)}`],
  ])("not to %s: 401, and the log holds no token", async (_name, authorization) => {
    const refused = await freshness(authorization);
    expect([refused.status, await refused.json()]).toEqual([401, { error: "unauthorized" }]);
    expect(refused.headers.get("www-authenticate")).toBe('Bearer, Basic realm="hookline", charset="UTF-8"');
    expect((await upgrade({ Authorization: authorization })).status).toBe(401);
    expect(log().text()).not.toContain(TOKEN);
  });
});

test("L4 the link is a websocket or nothing, no stream that a proxy could hold back: it needs an upgrade with our subprotocol: 426 says which", async () => {
  const plain = await exports.default.fetch(`${ORIGIN}/link`, { headers: { Authorization: `Bearer ${TOKEN}` } });
  expect([plain.status, plain.headers.get("upgrade")]).toEqual([426, "websocket"]);
  for (const offered of ["", "hookline.v0", "hookline.v11", "graphql-ws"]) {
    const answer = await upgrade({ "Sec-WebSocket-Protocol": offered });
    expect([answer.status, await answer.json()]).toEqual([426, { error: "the subprotocol must be hookline.v1" }]);
  }
});

test("the link names the one subprotocol that it speaks, among several offered", async () => {
  const answer = await upgrade({ "Sec-WebSocket-Protocol": "hookline.v0, hookline.v1" });
  expect([answer.status, answer.headers.get("sec-websocket-protocol")]).toEqual([101, "hookline.v1"]);
  answer.webSocket?.accept();
  answer.webSocket?.close();
});

test("freshness tells of deliveries, pings, acks and the agent", async () => {
  const before = Date.now();
  const read = async () => freshnessSchema.parse(await (await freshness(`Bearer ${TOKEN}`)).json());
  expect(await read()).toMatchObject({ head: 0, lastDeliveryAt: null, agent: { connected: false, fence: 0 } });

  await deliverJob(1);
  await deliverJob(2);
  const waiting = await read();
  expect(waiting).toMatchObject({ head: 2, acked: 0, unacked: 2, lastAckAt: null, lastPingAt: null });
  expect(waiting.lastSignalAt).toBeGreaterThanOrEqual(before);
  expect(waiting.oldestUnackedMs).toBeGreaterThanOrEqual(0);

  const agent = await TestAgent.connect();
  await agent.seqsUpTo(2);
  agent.send({ type: "ack", fence: agent.welcome.fence, upTo: 2 });
  await agent.probe(agent.welcome.fence);
  await exports.default.fetch(await delivery(PING, 9, { headers: { "x-github-event": "ping" } }));
  const taken = await read();
  expect(taken).toMatchObject({
    acked: 2,
    unacked: 0,
    oldestUnackedMs: null,
    stream: agent.welcome.stream,
    protocol: 2,
  });
  expect(taken.agent).toMatchObject({ connected: true, instance: "nas", version: "0.1.0", fence: 1 });
  expect(taken.lastAckAt).toBeGreaterThanOrEqual(before);
  expect(taken.lastDeliveryAt).toBe(taken.lastPingAt);
});
