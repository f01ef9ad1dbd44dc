import type { ServerResponse } from "node:http";

import { expect, test } from "vitest";

import { askDeadLetters } from "../../../agent/edge/ask-dead.ts";
import { sendDelivery } from "../../../agent/edge/send-delivery.ts";
import { askFreshness } from "../../../agent/edge/ask-freshness.ts";
import { EdgeError } from "../../../agent/edge/call-edge.ts";
import { patience } from "../../stand-ins/process/patience.ts";
import { deadAddress, localServer } from "../../stand-ins/http/local-server.ts";
import { freshnessOf } from "./freshness-sample.ts";

const TOKEN = "s3cret-token-of-the-link";

const ask = (url: string): Promise<unknown> => askFreshness(url, TOKEN, patience()).catch((error: unknown) => error);

test("the edge is asked at /freshness with the token, and its answer is read", async () => {
  const asked: unknown[] = [];
  const url = await localServer(({ method, url: path, headers }, response) => {
    asked.push([method, path, headers.authorization]);
    response.end(JSON.stringify(freshnessOf()));
  });
  expect(await ask(url)).toEqual(freshnessOf());
  expect(asked).toEqual([["GET", "/freshness", `Bearer ${TOKEN}`]]);
});

test.each<[string, EdgeError["code"], RegExp, (response: ServerResponse) => void]>([
  ["401", "token", /HOOKLINE_TOKEN.*wrangler secret put/, (response) => response.writeHead(401).end("no")],
  ["500", "unavailable", /wrangler tail/, (response) => response.writeHead(500).end("{}")],
  ["503", "unavailable", /wrangler tail/, (response) => response.writeHead(503).end()],
  ["404", "not-hookline", /HOOKLINE_EDGE_URL/, (response) => response.writeHead(404).end("<html>nothing here</html>")],
  [
    "a redirect",
    "not-hookline",
    /HOOKLINE_EDGE_URL/,
    (response) => response.writeHead(302, { location: "/login" }).end(),
  ],
  ["no JSON", "not-hookline", /HOOKLINE_EDGE_URL/, (response) => response.end("hello")],
  ["JSON of another shape", "not-hookline", /wrangler deploy/, (response) => response.end('{"ok":true}')],
  [
    "an answer of an older edge",
    "not-hookline",
    /wrangler deploy/,
    (response) => response.end(JSON.stringify({ ...freshnessOf(), agent: undefined })),
  ],
])("%s from the edge is an error with its remedy", async (_case, code, remedy, answer) => {
  const url = await localServer((_request, response) => answer(response));
  const error = await ask(url);
  expect(error).toBeInstanceOf(EdgeError);
  expect(error).toMatchObject({ code, remedy: expect.stringMatching(remedy) });
  expect(`${(error as Error).message} ${(error as EdgeError).remedy}`).not.toContain(TOKEN);
});

test("E-10: the reason that the edge gives is told", async () => {
  const url = await localServer((_request, response) => {
    response.writeHead(503).end('{"error":"the mailbox is unavailable","reason":"The mailbox has schema 99"}');
  });
  expect(await ask(url)).toMatchObject({ message: "the edge answers 503: The mailbox has schema 99" });
});

test("an edge that cannot be reached is told with the reason, and where to look", async () => {
  const error = await ask(await deadAddress());
  expect(error).toMatchObject({
    code: "unreachable",
    message: expect.stringMatching(/cannot be reached: .*ECONNREFUSED/),
    remedy: expect.stringMatching(/HOOKLINE_EDGE_URL.*nobody listens/),
  });
});

test("an edge that falls silent is given up when the signal says so", async () => {
  const url = await localServer(() => {});
  const error = await askFreshness(url, TOKEN, AbortSignal.timeout(1)).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "unreachable" });
});

test.each<[string, (url: string, signal: AbortSignal) => Promise<unknown>]>([
  ["the freshness", (url, signal) => askFreshness(url, TOKEN, signal)],
  ["the dead letters", (url, signal) => askDeadLetters({ url, token: TOKEN }, signal)],
  ["a delivery", (url, signal) => sendDelivery(url, { headers: {}, body: "{}" }, signal)],
])("H11: an answer to %s that breaks off is no other program at the edge's address", async (_what, call) => {
  const url = await localServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
    response.write('{"now":', () => void response.destroy());
  });
  const error = await call(url, patience()).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "unreachable", message: expect.stringContaining("broke off") as string });
});
