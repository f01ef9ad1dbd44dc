import { connect, type Socket } from "node:net";

import { Hono } from "hono";
import { expect, onTestFinished, test } from "vitest";

import { serveHttp } from "../../../agent/http/http-server.ts";
import { createReceiver } from "../../../shared/receiver/receiver.ts";
import { WebhookVerifier } from "../../../shared/signature/webhook-verifier.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { deliveryHeaders } from "../../shared/receiver/receiver-bench.ts";

const ADDRESS = { host: "127.0.0.1", port: 0 };

async function served(maxConnections: number) {
  const app = new Hono();
  app.post("/webhook", async (context) => context.json({ bytes: (await context.req.arrayBuffer()).byteLength }));
  app.get("/healthz", (context) => context.json({ ok: true }));
  app.get("/refused", (context) => context.json({ error: "unauthorized" }, 401));
  const clock = { nowMs: 0, monotonicMs: () => clock.nowMs };
  const server = await serveHttp(app, ADDRESS, { maxConnections, clock });
  onTestFinished(() => server.close());
  const sockets: Socket[] = [];
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  /** A connection that has sent so much, and whether it is still open. */
  const open = async (text: string): Promise<{ readonly socket: Socket; readonly ended: Promise<void> }> => {
    const socket = connect(server.port, "127.0.0.1");
    sockets.push(socket);
    socket.on("error", () => {});
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.write(text);
    return { socket, ended: new Promise((resolve) => socket.once("close", () => resolve())) };
  };
  const post = async (): Promise<number> =>
    (await fetch(`${server.url}/webhook`, { method: "POST", body: "{}" })).status;
  return { server, clock, open, post };
}

test("E-3: at the bound of connections the one that has been longest without a complete request goes", async () => {
  const { open, post } = await served(20);
  const slow = [];
  for (let n = 0; n < 20; n += 1) slow.push(await open("POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"));
  expect(await post()).toBe(200);
  await slow[0]?.ended;
  expect(slow[19]?.socket.destroyed).toBe(false);
});

test("E-3: two hundred slow connections beside a delivery do not hold it up", async () => {
  const { open, post } = await served(256);
  const alone = await medianOf(post);
  for (let n = 0; n < 200; n += 1) await open("POST /webhook HTTP/1.1\r\nHost: x\r\nX-Slow: ");
  const beside = await medianOf(post);
  expect(beside / Math.max(alone, 1)).toBeLessThan(20);
});

test("E-3: a connection whose requests are answered is not the one that goes", async () => {
  const { open, post } = await served(4);
  const request = "POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
  const good = await open(request);
  await new Promise((resolve) => good.socket.once("data", resolve));
  const slow = [await open("POST /webhook"), await open("POST /webhook"), await open("POST /webhook")];
  expect(await post()).toBe(200);
  await slow[0]?.ended;
  expect(good.socket.destroyed).toBe(false);
});

async function medianOf(post: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 9; n += 1) {
    const began = performance.now();
    expect(await post()).toBe(200);
    times.push(performance.now() - began);
  }
  return times.toSorted((a, b) => a - b)[4] ?? 0;
}

test("E-3: strangers who had an answer and stay do not push out a delivery that is just coming in", async () => {
  const { clock, open, post } = await served(4);
  const small = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  const idle = [await open(small), await open(small), await open(small)];
  await Promise.all(idle.map(({ socket }) => new Promise((resolve) => socket.once("data", resolve))));
  clock.nowMs += 3000;
  const delivery = await open("POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{");
  expect(await post()).toBe(200);
  expect(delivery.socket.destroyed).toBe(false);
  delivery.socket.write("}");
  const answer = await new Promise((resolve) => delivery.socket.once("data", resolve));
  expect(String(answer)).toContain("200 OK");
});

test("E-3: who was refused keeps no connection", async () => {
  const { server } = await served(4);
  const refused = await fetch(`${server.url}/refused`);
  expect([refused.status, refused.headers.get("connection")]).toEqual([401, "close"]);
  const taken = await fetch(`${server.url}/healthz`);
  expect([taken.status, taken.headers.get("connection")]).toEqual([200, "keep-alive"]);
});

test("E-3: an upload that breaks off halfway is no error record of the receiver, and no answer of 5xx", async () => {
  const log = capturedLog();
  const mailbox = { accept: () => Promise.reject(new Error("never")), note: () => Promise.resolve() };
  const verifier = new WebhookVerifier({ current: "a-webhook-secret" });
  const server = await serveHttp(createReceiver({ verifier, mailbox, log: log.log, now: Date.now }), ADDRESS);
  onTestFinished(() => server.close());
  const head = Object.entries(await deliveryHeaders("{}")).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(server.port, "127.0.0.1");
  socket.write(
    `POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nExpect: 100-continue\r\n${head.join("")}\r\n`,
  );
  // The server says so once it hands the request on.
  await new Promise((resolve) => socket.once("data", resolve));
  socket.write("{");
  socket.destroy();
  await expect.poll(() => log.records().length).toBeGreaterThan(0);
  expect(log.records()).toEqual([expect.objectContaining({ level: "warn", reason: "body broken off" })]);
});
