import { readdirSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";

import { workflowJob } from "../samples/payload.ts";
import { sign } from "../samples/sign.ts";
import { guid } from "../samples/signal.ts";
import { memoryKib } from "./process-memory.ts";
import { median } from "./quartiles.ts";

/** A server on loopback, with the process whose memory counts, its children included. */
export interface Door {
  readonly url: string;
  readonly pid: number;
  readonly secret: string;
}

const MEGABYTE = 1024 * 1024;
const SLOW = 200;
const CROWD = 128;
const TRIES = 15;
const WARM = 400;

/** What strangers without a secret cost whoever serves this door. */
export async function costOfStrangers(door: Door) {
  // A server in use: what its first requests allocate for good is no stranger's.
  for (let n = 1; n <= WARM; n += 1) await deliver(door, 1000 + n);
  const piecesKib = await grownBy(door.pid, () => pieces(door));
  const slowDelayMs = await slowDelay(door);
  const dripMs = await dripping(door);
  const crowdKib = await grownBy(door.pid, () => crowd(door));
  return { piecesKib, slowDelayMs, dripMs, crowdKib };
}

/** A megabyte in pieces of one byte, each a chunk of its own. */
async function pieces(door: Door): Promise<void> {
  const { socket, ended } = await stranger(door, "Transfer-Encoding: chunked");
  const some = "1\r\na\r\n".repeat(4096);
  for (let sent = 0; sent < MEGABYTE - 4096 && !socket.destroyed; sent += 4096) {
    if (!socket.write(some)) await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), ended]);
  }
  socket.end("0\r\n\r\n");
  await Promise.race([new Promise((resolve) => socket.once("data", resolve)), ended]);
  socket.destroy();
}

async function slowDelay(door: Door): Promise<number> {
  const alone = await medianDelivery(door, 100);
  const slow: Socket[] = [];
  for (let n = 0; n < SLOW; n += 1) slow.push((await stranger(door, "Content-Length: 1000")).socket);
  const drip = setInterval(() => slow.forEach((socket) => socket.writable && socket.write("a")), 250);
  const beside = await medianDelivery(door, 200);
  clearInterval(drip);
  for (const socket of slow) socket.destroy();
  return Math.max(0, beside - alone);
}

async function medianDelivery(door: Door, from: number): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < TRIES; n += 1) {
    const began = performance.now();
    await deliver(door, from + n);
    times.push(performance.now() - began);
  }
  return median(times);
}

/** How long a body that comes a byte at a time is waited for. */
async function dripping(door: Door): Promise<number> {
  const { socket, ended } = await stranger(door, "Content-Length: 1000");
  const began = performance.now();
  const drip = setInterval(() => socket.writable && socket.write("a"), 250);
  await Promise.race([new Promise((resolve) => socket.once("data", resolve)), ended]);
  clearInterval(drip);
  socket.destroy();
  return performance.now() - began;
}

/** Bodies that are here but for their last byte, at the same time, and one signed delivery beside them. */
async function crowd(door: Door): Promise<void> {
  const almost = Buffer.alloc(MEGABYTE - 1, "a");
  const sockets: Socket[] = [];
  for (let n = 0; n < CROWD; n += 1) {
    const { socket } = await stranger(door, `Content-Length: ${MEGABYTE}`);
    socket.write(almost);
    sockets.push(socket);
  }
  await deliver(door, 300);
  for (const socket of sockets) socket.destroy();
}

async function stranger(door: Door, length: string) {
  const { port } = new URL(door.url);
  const socket = connect(Number(port), "127.0.0.1");
  socket.on("error", () => {});
  const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await new Promise((resolve) => socket.once("connect", resolve));
  const headers = { ...named(1), "X-Hub-Signature-256": `sha256=${"0".repeat(64)}`, Host: "127.0.0.1" };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.write(`POST /webhook HTTP/1.1\r\n${[...lines, length].join("\r\n")}\r\n\r\n`);
  return { socket, ended };
}

async function deliver(door: Door, n: number): Promise<void> {
  const body = JSON.stringify(workflowJob(n));
  const headers = { ...named(n), "X-Hub-Signature-256": await sign(door.secret, body) };
  const { status } = await fetch(`${door.url}/webhook`, { method: "POST", body, headers });
  if (status !== 202) throw new Error(`a signed delivery was answered ${status}`);
}

function named(n: number): Record<string, string> {
  return { "X-GitHub-Event": "workflow_job", "X-GitHub-Delivery": guid(n), "Content-Type": "application/json" };
}

/** By how much the memory of a process and its children grew at most while `work` was done. */
async function grownBy(pid: number, work: () => Promise<void>): Promise<number> {
  const before = residentKib(pid);
  let most = before;
  const look = setInterval(() => (most = Math.max(most, residentKib(pid))), 10);
  try {
    await work();
  } finally {
    clearInterval(look);
  }
  return Math.max(most, residentKib(pid)) - before;
}

function residentKib(pid: number): number {
  const own = memoryKib(pid, "VmRSS") || 0;
  return childrenOf(pid).reduce((sum, child) => sum + residentKib(child), own);
}

function childrenOf(pid: number): readonly number[] {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).flatMap((task) =>
    read(`${tasks}/${task}/children`).trim().split(" ").filter(Boolean).map(Number),
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
