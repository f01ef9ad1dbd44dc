import { describe, expect, test } from "vitest";

import { replayAnswerSchema } from "../../../shared/edge/replay-route.ts";
import { deadLetterListSchema } from "../../../shared/mailbox/dead-letters.ts";
import { freshnessSchema } from "../../../shared/mailbox/freshness.ts";
import { PING, workflowJob } from "../../samples/payload.ts";
import { sign } from "../../samples/sign.ts";
import { guid } from "../../samples/signal.ts";

/** An edge that runs, as whoever reaches it over HTTP sees it. */
export interface EdgeUnderTest {
  readonly webhookSecret: string;
  readonly token: string;
  /** Asks over HTTP; `path` begins with a slash. */
  ask(path: string, init: RequestInit): Promise<Response>;
  /** Has the agent refuse the first of two signals: letter 1 is listed then, and 2 is acknowledged. */
  setAside(): Promise<void>;
}

/** The two places in which the edge's own code runs. */
export type Place = "worker" | "standalone";

type Caller = "nobody" | "wrong token" | "agent";

/** One question to an edge and its answer; `absent` names the places that have no such route and answer 404. */
interface Route {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly by?: Caller;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Signs `body` as GitHub does. */
  readonly signed?: boolean;
  readonly given?: "a dead letter";
  readonly status: number;
  /** What the body is: exactly this, or whatever the function takes without throwing. */
  readonly json?: unknown;
  readonly header?: readonly [name: string, value: string];
  readonly absent?: readonly Place[];
}

const JOB = JSON.stringify(workflowJob(9));
const UNAUTHORIZED = {
  status: 401,
  json: { error: "unauthorized" },
  header: ["www-authenticate", "Bearer"],
} as const;
const UNREAD = {
  ...UNAUTHORIZED,
  header: ["www-authenticate", 'Bearer, Basic realm="hookline", charset="UTF-8"'],
} as const;
const NO_LETTER = { error: "no dead letter has this number; GET /dead lists them" };
const webhook = { method: "POST", path: "/webhook", body: JOB, signed: true } as const;

/** Every route and command of the edge. A new one gets its rows here, and both places must have it. */
export const ROUTES: readonly Route[] = [
  { what: "alive", method: "GET", path: "/healthz", status: 200, json: { ok: true } },
  { what: "alive, by HEAD", method: "HEAD", path: "/healthz", status: 200 },
  { what: "alive, by POST", method: "POST", path: "/healthz", status: 404 },

  { ...webhook, what: "a job", status: 202, json: { status: "stored", seq: 1 } },
  { ...webhook, what: "a signed ping", headers: { "x-github-event": "ping" }, body: JSON.stringify(PING), status: 202 },
  { ...webhook, what: "a job that nobody signed", signed: false, status: 401, json: { error: "invalid signature" } },
  {
    ...webhook,
    what: "a job that a stranger signed",
    headers: { "x-hub-signature-256": `sha256=${"0".repeat(64)}` },
    status: 401,
    json: { error: "invalid signature" },
  },
  { ...webhook, what: "a form", headers: { "content-type": "application/x-www-form-urlencoded" }, status: 415 },
  { ...webhook, what: "no event's name", headers: { "x-github-event": "" }, status: 400 },
  { ...webhook, what: "no GUID", headers: { "x-github-delivery": "" }, status: 400 },
  { ...webhook, what: "signed, and no JSON", body: "{", status: 400, json: { error: "the body is no JSON" } },
  { ...webhook, what: "more than 1 MiB", body: "x".repeat(1024 * 1024 + 1), status: 413 },
  ...["GET", "PUT", "DELETE", "PATCH"].map((method) => ({
    what: `a webhook by ${method}`,
    method,
    path: "/webhook",
    status: 405,
    json: { error: "POST only" },
    header: ["allow", "POST"] as const,
  })),
  { what: "another path under webhook", method: "POST", path: "/webhook/", body: JOB, signed: true, status: 404 },

  ...(["nobody", "wrong token"] as const).flatMap((by) => [
    { what: `freshness, ${by}`, method: "GET", path: "/freshness", by, ...UNREAD },
    { what: `the deep health, ${by}`, method: "GET", path: "/healthz/deep", by, ...UNREAD },
    { what: `letters, ${by}`, method: "GET", path: "/dead", by, ...UNAUTHORIZED },
    { what: `a letter back, ${by}`, method: "POST", path: "/dead/1/requeue", by, ...UNAUTHORIZED },
    { what: `a replay, ${by}`, method: "POST", path: "/replay?since=0", by, ...UNAUTHORIZED },
    { what: `the link, ${by}`, method: "GET", path: "/link", by, ...UNAUTHORIZED, absent: ["standalone"] as const },
  ]),
  {
    what: "freshness",
    method: "GET",
    path: "/freshness",
    by: "agent",
    status: 200,
    json: (body: unknown) => freshnessSchema.parse(body),
  },
  {
    what: "the deep health before any agent came",
    method: "GET",
    path: "/healthz/deep",
    by: "agent",
    status: 503,
    json: { ok: false, reasons: ["no agent has connected yet"] },
  },
  { what: "the deep health, by POST", method: "POST", path: "/healthz/deep", by: "agent", status: 404 },
  { what: "freshness, by POST", method: "POST", path: "/freshness", by: "agent", status: 404 },
  { what: "no letters", method: "GET", path: "/dead", by: "agent", status: 200, json: { dead: [], total: 0 } },
  {
    what: "letters",
    given: "a dead letter",
    method: "GET",
    path: "/dead",
    by: "agent",
    status: 200,
    json: (body: unknown) => expect(deadLetterListSchema.parse(body)).toMatchObject({ total: 1, dead: [{ seq: 1 }] }),
  },
  {
    what: "a letter back",
    given: "a dead letter",
    method: "POST",
    path: "/dead/1/requeue",
    by: "agent",
    status: 200,
    json: { status: "requeued", seq: 3 },
  },
  { what: "no letter", method: "POST", path: "/dead/7/requeue", by: "agent", status: 404, json: NO_LETTER },
  ...["x", "-1", "1e3", "", "1234567890123456"].map((seq) => ({
    what: `the letter of number ${JSON.stringify(seq)}`,
    method: "POST",
    path: `/dead/${seq}/requeue`,
    by: "agent" as const,
    status: 404,
  })),
  {
    what: "a replay of nothing",
    method: "POST",
    path: "/replay?since=0",
    by: "agent",
    status: 200,
    json: { replayed: 0, next: null, full: false },
  },
  {
    what: "a replay",
    given: "a dead letter",
    method: "POST",
    path: "/replay?since=0",
    by: "agent",
    status: 200,
    json: (body: unknown) => expect(replayAnswerSchema.parse(body)).toEqual({ replayed: 2, next: null, full: false }),
  },
  {
    what: "a replay that only counts",
    given: "a dead letter",
    method: "POST",
    path: "/replay?since=0&dry=1",
    by: "agent",
    status: 200,
    json: { replayed: 2, next: null, full: false },
  },
  {
    what: "a replay of what came later",
    given: "a dead letter",
    method: "POST",
    path: "/replay?since=999999999999999",
    by: "agent",
    status: 200,
    json: { replayed: 0, next: null, full: false },
  },
  {
    what: "one delivery again",
    given: "a dead letter",
    method: "POST",
    path: `/replay?guid=${guid(2)}`,
    by: "agent",
    status: 200,
    json: { replayed: 1, next: null, full: false },
  },
  {
    what: "a delivery that is not known",
    method: "POST",
    path: `/replay?guid=${guid(7)}`,
    by: "agent",
    status: 404,
    json: { error: "the mailbox has no signal of this GUID" },
  },
  ...["", "?since=", "?since=-1", "?since=yesterday", "?since=0&guid=x", "?since=0&upTo=x", "?guid="].map((query) => ({
    what: `a replay of ${JSON.stringify(query)}`,
    method: "POST",
    path: `/replay${query}`,
    by: "agent" as const,
    status: 400,
  })),
  { what: "a replay, by GET", method: "GET", path: "/replay?since=0", by: "agent", status: 404 },
  {
    what: "the link without an upgrade",
    method: "GET",
    path: "/link",
    by: "agent",
    status: 426,
    header: ["upgrade", "websocket"],
    absent: ["standalone"],
  },
  ...["/", "/.env", "/webhooks", "/healthz/"].map((path) => ({
    what: `nothing at ${path}`,
    method: "GET",
    path,
    status: 404,
  })),
];

/** Holds an edge against the table; every answer carries the security headers, and none names the server. */
export function describeRoutes(place: Place, start: () => Promise<EdgeUnderTest>): void {
  describe(`the routes of the ${place}`, () => {
    test.each(ROUTES)("$what: $method $path is answered $status", async (route) => {
      const edge = await start();
      if (route.given === "a dead letter") await edge.setAside();
      const answer = await edge.ask(route.path, await requestOf(route, edge));
      const isAbsent = route.absent?.includes(place) === true;
      expect(answer.status).toBe(isAbsent ? 404 : route.status);
      expectSecurityHeaders(answer.headers);
      const body = await answer.text();
      if (isAbsent) return;
      if (route.header !== undefined) expect(answer.headers.get(route.header[0])).toBe(route.header[1]);
      if (typeof route.json === "function") route.json(JSON.parse(body));
      else if (route.json !== undefined) expect(JSON.parse(body)).toEqual(route.json);
    });
  });
}

async function requestOf({ method, by, headers, body, signed }: Route, edge: EdgeUnderTest): Promise<RequestInit> {
  const tokens = { nobody: null, "wrong token": "wrong", agent: edge.token };
  const token = tokens[by ?? "nobody"];
  const ofGitHub = {
    "content-type": "application/json",
    "x-github-event": "workflow_job",
    "x-github-delivery": guid(9),
    ...(signed === true ? { "x-hub-signature-256": await sign(edge.webhookSecret, body ?? "") } : {}),
  };
  return {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : ofGitHub),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  };
}

function expectSecurityHeaders(headers: Headers): void {
  expect(Object.fromEntries(headers)).toMatchObject({
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": expect.stringMatching(/^max-age=\d{8}/),
    "x-content-type-options": "nosniff",
  });
  expect([headers.get("server"), headers.get("x-powered-by")]).toEqual([null, null]);
}
