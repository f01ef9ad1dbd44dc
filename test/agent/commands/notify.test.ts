import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { expect, onTestFinished, test } from "vitest";

import { runCli } from "../../../agent/commands/commands.ts";
import { fakeIo } from "./command-io.ts";

/** A service that answers with `status`, and what it was sent. */
async function service(status: number) {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      bodies.push(body);
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { bodies, host: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const notify = async (env: Record<string, string>, ...words: readonly string[]) => {
  const io = fakeIo(env);
  const exit = await runCli(["notify", ...words], io, new AbortController().signal);
  return { exit, io };
};

test("the test says which receivers took it and which did not, without their addresses", async () => {
  const [good, bad] = [await service(200), await service(403)];
  const addresses = `ntfy+http://${good.host}/topic\nwebhook+http://${bad.host}/secret-path`;
  const { exit, io } = await notify({ HOOKLINE_NOTIFY: addresses }, "test");
  expect(exit).toBe(1);
  expect(io.out()).toMatch(
    new RegExp(`^ok   ntfy ${good.host} \\w{6}\nFAIL webhook ${bad.host} \\w{6}: it answers 403\n$`),
  );
  expect(io.out()).not.toContain("secret-path");
  expect(good.bodies.map((body) => JSON.parse(body) as unknown)).toMatchObject([
    { topic: "topic", title: "nas: a test" },
  ]);
});

test("without a receiver it says how to set one", async () => {
  const { exit, io } = await notify({}, "test", "--json");
  expect(exit).toBe(2);
  expect(io.out() + io.err()).toContain("ntfy+https://ntfy.sh/MY-TOPIC");
});

test.each([
  ["HOOKLINE_NOTIFY", "https://ntfy.sh/topic"],
  ["HOOKLINE_NOTIFY_SECRET", "not-a-key"],
  ["HOOKLINE_NOTIFY_QUIET", "22-7"],
  ["HOOKLINE_NOTIFY_WITHOUT", "link-downn"],
])("a wrong %s is refused by name, without its value", async (name, value) => {
  const { exit, io } = await notify({ [name]: value }, "test");
  expect(exit).toBe(2);
  expect(io.err()).toContain(name);
  expect(io.err()).not.toContain(value);
});
