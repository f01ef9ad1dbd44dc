import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import * as z from "zod";

import { createWebApp, PAGE_PATHS } from "../../../agent/web/web-app.ts";
import { StatusFeed } from "../../../agent/web/feed/status-feed.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { agentFixture, batchOf, signalOf } from "../daemon/agent-fixture.ts";
import { HandDrivenDaemon } from "../control/world.ts";
import { TOKEN, webWorld } from "./web-world.ts";

const file = join(import.meta.dirname, "../../../config/openapi.json");
const content = z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) }));
const responses = z.record(z.string(), z.object({ content }));
const description = z
  .object({
    openapi: z.literal("3.1.0"),
    paths: z.record(z.string(), z.object({ get: z.object({ responses }) })),
    components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
  })
  .parse(JSON.parse(readFileSync(file, "utf8")));

/** What is wrong with an answer by the description; nothing if it is described so. */
function wrongWith(path: string, status: number, type: string, body: string): unknown {
  const described = description.paths[path]?.get.responses[status]?.content[type.split(";")[0] ?? ""];
  if (described === undefined) return `${status} of ${type} is not described`;
  if (!type.startsWith("application/json")) return null;
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  const closed = closedObjects({ components: description.components, ...described.schema });
  const isValid = ajv.compile(closed as object);
  return isValid(JSON.parse(body)) ? null : isValid.errors;
}

/** What the description does not name must not be answered. */
function closedObjects(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closedObjects);
  if (typeof node !== "object" || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closedObjects(value)]));
  const isMixed = "anyOf" in copy || "oneOf" in copy || "allOf" in copy;
  return "properties" in copy && "type" in copy && !isMixed ? { additionalProperties: false, ...copy } : copy;
}

const noPage = (): Promise<never> => Promise.reject(new Error("nobody asks for the page"));

/** A daemon in which a job waits, one runs, and the link is up. */
async function busyDaemon() {
  const fixture = agentFixture();
  await fixture.start();
  const connection = fixture.welcome({ head: 2 });
  connection.receive(batchOf(0, [signalOf(1), signalOf(2, { labels: ["self-hosted", "unknown"] })]));
  await fixture.clock.advance(2000);
  const { status } = fixture.agent;
  return { status: () => status.document(null), job: (id: number) => status.job(id) };
}

test.each(["/api/status", "/api/summary", "/api/jobs", "/api/jobs/{id}", "/readyz"])(
  "%s of an agent at work answers as config/openapi.json says",
  async (path) => {
    const daemon = await busyDaemon();
    const feed = new StatusFeed({ ...daemon, changed: () => Promise.resolve() });
    const { log } = capturedLog();
    const options = {
      daemon,
      feed,
      page: noPage,
      edge: null,
      token: null,
      operatorToken: null,
      isOpen: true,
      hosts: [],
      clock: new VirtualClock(),
      log,
    };
    const jobId = String(daemon.status().jobs.waiting[0]?.jobId ?? 1);
    const answer = await createWebApp(options).request(path.replace("{id}", jobId), { headers: { host: "localhost" } });
    const body = await answer.text();
    expect(wrongWith(path, answer.status, answer.headers.get("content-type") ?? "", body), body).toBeNull();
  },
);

test("every path is served, and every refusal is described", async () => {
  const { get, read } = await webWorld();
  for (const path of Object.keys(description.paths)) {
    const real = path.replace("{id}", "7");
    const isStream = path === "/api/events";
    const needsToken = path.startsWith("/api/") || path === "/metrics";
    for (const answer of [
      ...(isStream ? [] : [await read(real)]),
      await get(real, { host: "evil.example" }),
      ...(needsToken ? [await get(real)] : []),
    ]) {
      expect(wrongWith(path, answer.status, answer.type, answer.body), `${path} ${answer.body}`).toBeNull();
    }
  }
});

test("no path is served that is not described", () => {
  const daemon = new HandDrivenDaemon();
  const { log } = capturedLog();
  const feed = new StatusFeed(daemon);
  const token = { reveal: () => TOKEN };
  const app = createWebApp({
    daemon,
    feed,
    page: noPage,
    edge: null,
    token,
    operatorToken: null,
    isOpen: false,
    hosts: [],
    clock: new VirtualClock(),
    log,
  });
  const served = app.routes
    .filter(({ path, method }) => method === "GET" && path !== "/*" && !PAGE_PATHS.includes(path))
    .map(({ path }) => path);
  const named = served.map((path) => path.replace(/:(\w+)\{.*\}$/, "{$1}"));
  expect([...new Set(named)].toSorted()).toEqual(Object.keys(description.paths).toSorted());
});
