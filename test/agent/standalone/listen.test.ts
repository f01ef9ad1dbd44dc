import { createServer, type AddressInfo } from "node:net";

import { Hono } from "hono";
import { expect, onTestFinished, test } from "vitest";

import { serveHttp } from "../../../agent/http/http-server.ts";
import { describeListenAddress, readListenAddress } from "../../../agent/http/listen-address.ts";

test.each([
  [":8080", { host: null, port: 8080 }],
  ["127.0.0.1:0", { host: "127.0.0.1", port: 0 }],
  ["[::1]:8080", { host: "::1", port: 8080 }],
  ["[::]:65535", { host: "::", port: 65_535 }],
  ["[fe80::1%eth0]:80", { host: "fe80::1%eth0", port: 80 }],
  ["localhost:8080", { host: "localhost", port: 8080 }],
  ["nas.local:8080", { host: "nas.local", port: 8080 }],
])("%s is an address to listen on", (text, address) => {
  expect(readListenAddress(text)).toEqual(address);
  expect(describeListenAddress(address)).toBe(text);
});

test.each([
  "",
  ":",
  "8080",
  "localhost",
  "::1:8080",
  "::8080",
  "[::1]8080",
  "[]:8080",
  ":65536",
  ":-1",
  ":080808",
  "a b:8080",
  "http://127.0.0.1:8080",
  "127.0.0.1:8080/",
])("%j is none", (text) => {
  expect(readListenAddress(text)).toBeNull();
});

const app = new Hono();

test("a port that is in use is an error with the address and what to do", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => void taken.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as AddressInfo;
  await expect(serveHttp(app, { host: "127.0.0.1", port })).rejects.toMatchObject({
    message: `Cannot listen on 127.0.0.1:${port}: the port is in use.`,
    remedy: expect.stringContaining("--listen") as string,
  });
});

test("an address of another machine is an error with what to do", async () => {
  await expect(serveHttp(app, { host: "192.0.2.1", port: 0 })).rejects.toMatchObject({
    message: "Cannot listen on 192.0.2.1:0: this machine has no such address.",
    remedy: expect.stringContaining(":PORT") as string,
  });
});

test.each([null, "127.0.0.1", "localhost"])("host %s: the url is one that this machine reaches", async (host) => {
  const server = await serveHttp(app, { host, port: 0 });
  onTestFinished(() => server.close());
  expect((await fetch(server.url)).status).toBe(404);
  expect(new URL(server.url).port).toBe(String(server.port));
});
