import { existsSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { runCli } from "../../../agent/commands/commands.ts";
import { settingsNeededBy } from "../../../agent/settings/needed-settings.ts";
import { SECRET_VARIABLES } from "../../../agent/settings/settings-table.ts";
import { fakeIo } from "../commands/command-io.ts";
import { post } from "../../soak/github-sender.ts";
import { StandaloneProcess, TOKEN, WEBHOOK_SECRET } from "./standalone-process.ts";

const STOPPED = AbortSignal.abort();
const ENV = {
  GITHUB_WEBHOOK_SECRET: "do-not-print-webhook-secret",
  GITHUB_TOKEN: "ghp_do-not-print-me",
  GITHUB_API_URL: "http://127.0.0.1:9",
  DOCKER_HOST: "tcp://127.0.0.1:9",
};
const LISTEN = ["autoscale-webhook", "--listen", "127.0.0.1:0"];

test("told to stop it stops, with its mailbox and journal in place and exit code 0; the port is on standard output", async () => {
  const io = fakeIo({ ...ENV, LOG_LEVEL: "error" });
  expect(await runCli(LISTEN, io, STOPPED)).toBe(0);
  for (const file of ["mailbox.sqlite", "journal.db", "slots.db"]) {
    expect(existsSync(join(io.cwd, "data", file))).toBe(true);
  }
  const listening = io.json();
  expect(listening).toMatchObject({ msg: "listening", plane: "receiver", port: expect.any(Number) });
  expect(listening["url"]).toBe(`http://127.0.0.1:${String(listening["port"])}`);
  expect(io.err()).toBe("");
});

test.each<[string, readonly string[], RegExp]>([
  ["no address", ["autoscale-webhook"], /--listen takes \[HOST\]:PORT/],
  ["a port alone", ["autoscale-webhook", "--listen", "8080"], /--listen takes \[HOST\]:PORT, such as :8080/],
  ["an address without brackets", ["autoscale-webhook", "--listen", "::1:8080"], /\[::1\]:8080/],
  ["an option that there is not", [...LISTEN, "--lisen", "x"], /no option --lisen. Did you mean --listen\?/],
  ["a word", [...LISTEN, "stray"], /Unexpected argument: stray/],
])("%s is exit 2, with the syntax and where help is", async (_case, args, message) => {
  const io = fakeIo(ENV);
  expect(await runCli(args, io, STOPPED)).toBe(2);
  expect(io.err()).toMatch(message);
  expect(io.err()).toContain("See hookline autoscale-webhook --help");
  expect(existsSync(join(io.cwd, "data"))).toBe(false);
});

test.each(settingsNeededBy("autoscale-webhook"))(
  "without %s it is exit 2, before anything is touched",
  async (missing) => {
    const io = fakeIo({ ...ENV, [missing]: "" });
    expect(await runCli(LISTEN, io, STOPPED)).toBe(2);
    expect(io.err()).toMatch(new RegExp(`${missing}.*is not set; set it`));
    expect(existsSync(join(io.cwd, "data"))).toBe(false);
  },
);

test("it needs no address of an edge, and does not dial the one that is set", async () => {
  expect(settingsNeededBy("autoscale-webhook")).not.toContain("HOOKLINE_EDGE_URL");
  const io = fakeIo({ ...ENV, HOOKLINE_EDGE_URL: "https://edge.example" });
  expect(await runCli(LISTEN, io, STOPPED)).toBe(0);
});

test("a port in use is exit 1, with the address and what to do, and no secret", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => void taken.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void taken.close());
  const address = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
  const io = fakeIo(ENV);
  expect(await runCli(["autoscale-webhook", "--listen", address], io, STOPPED)).toBe(1);
  expect(io.err()).toContain(`Cannot listen on ${address}: the port is in use.`);
  expect(io.err()).toContain("give --listen another port");
  for (const name of SECRET_VARIABLES) {
    const secret = (ENV as Record<string, string>)[name];
    if (secret !== undefined) expect(io.out() + io.err()).not.toContain(secret);
  }
});

test("--help names what it needs", async () => {
  const io = fakeIo();
  expect(await runCli(["autoscale-webhook", "--help"], io, STOPPED)).toBe(0);
  expect(io.out()).toMatch(/^Usage: hookline autoscale-webhook --listen \[HOST\]:PORT\n/);
  for (const name of settingsNeededBy("autoscale-webhook")) expect(io.out()).toContain(name);
});

test("a second one on the same folder is refused while the first one runs", async () => {
  const first = await StandaloneProcess.create();
  onTestFinished(() => first.close());
  await first.start();
  await first.waitForLine(/"msg":"link up"/);
  const io = fakeIo({ ...first.env });
  expect(await runCli(LISTEN, io, new AbortController().signal)).toBe(1);
  expect(io.err()).toMatch(/Another hookline process works with the data folder .*data\.\nStop the other/);
  expect((await post(first.webhookUrl, WEBHOOK_SECRET, 1)).status).toBe(202);
});

test("SIGTERM ends it with 0 and no secret in its log, with what it took on disk", async () => {
  const receiver = await StandaloneProcess.create({ LOG_LEVEL: "debug" });
  onTestFinished(() => receiver.close());
  await receiver.start();
  expect(await post(receiver.webhookUrl, WEBHOOK_SECRET, 1, "00000000-once")).toMatchObject({ status: 202, seq: 1 });
  expect(await receiver.stop()).toBe(0);
  const log = receiver.output.join("\n");
  expect(log).toContain('"msg":"receiver stopped');
  for (const secret of [WEBHOOK_SECRET, TOKEN, "ghp_of-nobody"]) expect(log).not.toContain(secret);
  await receiver.start();
  expect(await post(receiver.webhookUrl, WEBHOOK_SECRET, 1, "00000000-once")).toMatchObject({ status: 202, seq: 1 });
});
