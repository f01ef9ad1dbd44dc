import { connect, type Socket } from "node:net";

import { Hono } from "hono";
import { expect, onTestFinished, test } from "vitest";

import { serveHttp } from "../../../agent/http/http-server.ts";

const ADDRESS = { host: "127.0.0.1", port: 0 };

async function served(maxConnections: number) {
  const app = new Hono();
  app.post("/webhook", async (context) => context.json({ bytes: (await context.req.arrayBuffer()).byteLength }));
  const server = await serveHttp(app, ADDRESS, maxConnections);
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
  return { server, open, post };
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
