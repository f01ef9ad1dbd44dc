import { createConnection } from "node:net";

import { describe, expect, test } from "vitest";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { deadLetterListSchema } from "../../../shared/mailbox/dead-letters.ts";
import { freshnessSchema } from "../../../shared/mailbox/freshness.ts";
import { MAX_BODY_BYTES } from "../../../shared/receiver/read-body.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { PING, workflowJob } from "../../samples/payload.ts";
import { guid, queuedSignal } from "../../samples/signal.ts";
import type { WebhookSecrets } from "../../../shared/signature/webhook-verifier.ts";
import { deliveryHeaders, SECRETS, type Content } from "../../shared/receiver/receiver-bench.ts";
import { serveReceiver, takeAllOf } from "./served-receiver.ts";

const TOKENS = ["the-token-of-today", "the-token-of-before"] as const;

interface Config {
  readonly secrets?: WebhookSecrets;
  readonly tokens?: readonly string[];
}

/** The standalone receiver on a free port, with a mailbox in memory that several of them may share. */
async function receiver({ secrets = SECRETS, tokens = TOKENS }: Config = {}, sql = new NodeSql(":memory:")) {
  const log = capturedLog();
  const { mailbox, server } = await serveReceiver({ secrets, tokens, sql, log: log.log });
  const ask = (path: string, init: RequestInit & { readonly token?: string } = {}): Promise<Response> => {
    const { token = TOKENS[0], ...rest } = init;
    return fetch(`${server.url}${path}`, { headers: { Authorization: `Bearer ${token}` }, ...rest });
  };
  const deliver = async (content: Content, secret = SECRETS.current, change: Record<string, string> = {}) => {
    const headers = { ...(await deliveryHeaders(content, secret)), ...change };
    return fetch(`${server.url}/webhook`, { method: "POST", body: content, headers });
  };
  return { server, mailbox, sql, log, ask, deliver };
}

const JOB = JSON.stringify(workflowJob(1));

test("freshness tells of deliveries and pings, in the edge's own shape", async () => {
  const { ask, deliver } = await receiver();
  await deliver(JOB);
  await deliver(JSON.stringify(PING), SECRETS.current, { "x-github-event": "ping" });
  const freshness = freshnessSchema.parse(await (await ask("/freshness")).json());
  expect(freshness).toMatchObject({ head: 1, unacked: 1, hooks: [{ id: "4711" }], agent: { connected: false } });
  expect(freshness.lastPingAt).toBeGreaterThanOrEqual(freshness.lastSignalAt ?? Infinity);
});

describe("freshness and dead letters open to", () => {
  test.each(TOKENS)("the token %s", async (token) => {
    const { ask } = await receiver();
    expect((await ask("/freshness", { token })).status).toBe(200);
    expect((await ask("/dead", { token })).status).toBe(200);
  });

  test.each([
    ["nothing", ""],
    ["a wrong token", "Bearer wrong"],
    ["a part of the token", `Bearer ${TOKENS[0].slice(0, -1)}`],
    ["more than the token", `Bearer ${TOKENS[0]}x`],
    ["another scheme", `Basic ${TOKENS[0]}`],
    ["the webhook secret", `Bearer ${SECRETS.current}`],
  ])("not to %s: 401, and the log holds no token", async (_name, Authorization) => {
    const { ask, log } = await receiver();
    const calls = [
      ["/freshness", "GET"],
      ["/dead", "GET"],
      ["/dead/1/requeue", "POST"],
    ] as const;
    for (const [path, method] of calls) {
      const answer = await ask(path, { method, headers: { Authorization } });
      expect([answer.status, await answer.json()]).toEqual([401, { error: "unauthorized" }]);
      const reading = path === "/freshness" ? ', Basic realm="hookline", charset="UTF-8"' : "";
      expect(answer.headers.get("www-authenticate")).toBe(`Bearer${reading}`);
    }
    expect(log.lines.join("\n")).not.toContain(TOKENS[0]);
  });

  test("nobody where no token is configured", async () => {
    const { ask } = await receiver({ tokens: [] });
    for (const token of ["", "undefined", "null"]) expect((await ask("/freshness", { token })).status).toBe(401);
  });
});

test("the webhook secret is changed without a delivery being refused: both, then GitHub, then the old one away", async () => {
  const [before, after] = ["the-old-secret", "the-new-secret"];
  const sql = new NodeSql(":memory:");
  let n = 0;
  const post = async (secrets: NonNullable<Config["secrets"]>, secret: string): Promise<number> => {
    n += 1;
    const { deliver } = await receiver({ secrets }, sql);
    const id = `00000000-0000-4000-8000-00000000000${n}`;
    return (await deliver(JSON.stringify(workflowJob(n)), secret, { "x-github-delivery": id })).status;
  };
  const both = { current: after, previous: before };
  expect(await post({ current: before }, before)).toBe(202);
  expect(await post(both, before)).toBe(202);
  expect(await post(both, after)).toBe(202);
  expect(await post({ current: after }, after)).toBe(202);
  expect(await post({ current: after }, before)).toBe(401);
});

test("a dead letter is listed with its reason, put back once, and 404 afterwards", async () => {
  const { ask, sql, mailbox } = await receiver();
  for (const n of [1, 2]) await mailbox.accept(queuedSignal(n));
  sql.exec("UPDATE signals_a SET signal = '{}' WHERE seq = 1");
  await takeAllOf(mailbox);
  const listed = deadLetterListSchema.parse(await (await ask("/dead")).json());
  expect(listed).toMatchObject({ total: 1, dead: [{ seq: 1 }] });
  const first = await ask("/dead/1/requeue", { method: "POST" });
  expect([first.status, await first.json()]).toEqual([200, { status: "requeued", seq: 3 }]);
  expect((await ask("/dead/1/requeue", { method: "POST" })).status).toBe(404);
});

test("E-10: a mailbox file of a newer version: 503 with the reason on every route that needs it", async () => {
  const sql = new NodeSql(":memory:");
  await receiver({}, sql);
  sql.exec("UPDATE meta SET value = '99' WHERE key = 'schema'");
  const { ask, deliver, server } = await receiver({}, sql);
  for (const answer of [await deliver(JOB), await ask("/freshness"), await ask("/dead")]) {
    expect([answer.status, await answer.json()]).toEqual([
      503,
      expect.objectContaining({ reason: expect.stringMatching(/schema 99.*deploy the newer version/) }),
    ]);
  }
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});

/** Writes a request as it is to the socket and gives the first line of the answer, empty where there is none. */
function raw(port: number, pieces: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      if (answer.includes("\r\n")) socket.destroy();
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer.split("\r\n")[0] ?? ""));
    for (const piece of pieces) socket.write(piece);
  });
}

const BARE_HEAD = "POST /webhook HTTP/1.1\r\nHost: receiver\r\n";

/** A delivery that no header gives away: only its body can. */
const HEAD = [
  "POST /webhook HTTP/1.1",
  "Host: receiver",
  "Content-Type: application/json",
  "X-GitHub-Event: workflow_job",
  `X-GitHub-Delivery: ${guid(1)}`,
  `X-Hub-Signature-256: sha256=${"0".repeat(64)}`,
  "",
].join("\r\n");

test("E12 over 1 MiB in chunks is cut off at the limit, however much would follow", async () => {
  const { server, deliver } = await receiver();
  const chunk = Buffer.concat([Buffer.from("10000\r\n"), Buffer.alloc(0x10000), Buffer.from("\r\n")]);
  const chunks = Array.from({ length: 40 }, () => chunk);
  const line = await raw(server.port, [`${HEAD}Transfer-Encoding: chunked\r\n\r\n`, ...chunks]);
  expect(line).toBe("HTTP/1.1 413 Payload Too Large");
  expect((await deliver(JOB)).status).toBe(202);
});

test("a content-length beyond 1 MiB is refused before any of the body has come", async () => {
  const { server } = await receiver();
  expect(await raw(server.port, [`${HEAD}Content-Length: ${MAX_BODY_BYTES + 1}\r\n\r\n`])).toContain(" 413 ");
});

test.each<[string, readonly string[], RegExp]>([
  ["headers beyond 128 KiB", [`${HEAD}X-Long: ${"a".repeat(140 * 1024)}\r\n\r\n`], / 431 /],
  ["two lengths", [`${HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`], / 400 /],
  ["what is no HTTP", ["\u0016\u0003\u0001 hello\r\n\r\n"], / 400 /],
  ["no host", ["POST /webhook HTTP/1.1\r\nContent-Length: 0\r\n\r\n"], / 400 /],
])("%s: refused, and the next delivery is taken", async (_case, pieces, line) => {
  const { server, deliver } = await receiver();
  expect(await raw(server.port, pieces)).toMatch(line);
  expect((await deliver(JOB)).status).toBe(202);
});

test("a client that goes away in the middle of its body leaves no trace", async () => {
  const { server, deliver, mailbox, log } = await receiver();
  await new Promise<void>((resolve) => {
    const socket = createConnection(server.port, "127.0.0.1");
    socket.on("close", () => resolve());
    socket.write(`${HEAD}Content-Length: 1000\r\n\r\nhalf`, () => socket.destroy());
  });
  expect((await deliver(JOB)).status).toBe(202);
  expect(await mailbox.freshness()).toMatchObject({ head: 1 });
  expect(log.lines.join("\n")).not.toContain(SECRETS.current);
});

test("a stop answers the delivery that is under way, on disk, and takes nothing new", async () => {
  const { server, deliver, mailbox } = await receiver();
  const headers = Object.entries({ ...(await deliveryHeaders(JOB)), expect: "100-continue" });
  const socket = createConnection(server.port, "127.0.0.1");
  let answer = "";
  const ended = new Promise<void>((resolve) => void socket.on("close", () => resolve()));
  const underWay = new Promise<void>((resolve) => {
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      if (answer.includes("100 Continue")) resolve();
    });
  });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.write(`${BARE_HEAD}Connection: close\r\n${lines}Content-Length: ${Buffer.byteLength(JOB)}\r\n\r\n`);
  await underWay;
  const closed = server.close();
  await expect(deliver(JOB)).rejects.toThrow();
  socket.write(JOB);
  await Promise.all([ended, closed]);
  expect(answer).toContain("HTTP/1.1 202 ");
  expect(await mailbox.freshness()).toMatchObject({ head: 1 });
});
