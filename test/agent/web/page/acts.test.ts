import { request } from "node:http";

import { describe, expect, test } from "vitest";

import { OperatorActs } from "../../../../agent/journal/operator-acts.ts";
import { freshnessOf } from "../../doctor/freshness-sample.ts";
import { SLOT } from "../../control/world.ts";
import { OPERATOR, TOKEN, webWorld, type WebWorldOptions } from "../web-world.ts";
import { AT_MS, pageStatus } from "./page-status.ts";

const basic = (password: string): string => `Basic ${Buffer.from(`me:${password}`).toString("base64")}`;

/** The page for one who may act, and how its forms are sent. */
async function actWorld(options: WebWorldOptions = {}) {
  const world = await webWorld({}, { operator: OPERATOR, ...options });
  world.daemon.document = pageStatus();
  const page = (): Promise<string> => world.get("/", { authorization: basic(OPERATOR) }).then(({ body }) => body);
  const key = /name="key" value="([^"]+)"/.exec(await page())?.[1] ?? "";
  const host = new URL(world.server.url).host;
  const send = (act: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) =>
    post(world.server.port, `/act/${act}`, new URLSearchParams({ key, ...fields }).toString(), {
      authorization: basic(OPERATOR),
      origin: `http://${host}`,
      "content-type": "application/x-www-form-urlencoded",
      ...headers,
    });
  return { ...world, page, key, send, acts: () => new OperatorActs(world.journalSql).newest(10) };
}

function post(port: number, path: string, body: string, headers: Record<string, string>) {
  return new Promise<{ status: number; location: string | undefined; body: string }>((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, path, method: "POST", headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (text += chunk));
      answer.on("end", () =>
        resolve({ status: answer.statusCode ?? 0, location: answer.headers.location, body: text }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

test("a pool is drained and serves again by the page's own forms, and the journal says who asked", async () => {
  const { send, daemon, acts } = await actWorld();
  expect(await send("drain", { pool: "home" })).toMatchObject({ status: 303, location: "/?done=drain" });
  await send("undrain", { pool: "home" });
  expect(daemon.asked).toEqual(["home on", "home off"]);
  expect(acts()).toMatchObject([
    { act: "undrain", subject: "home", from: "127.0.0.1", outcome: "done" },
    { act: "drain", subject: "home", from: "127.0.0.1", outcome: "done" },
  ]);
});

test("the fleet is paused for a time or until it is resumed, and the page says so", async () => {
  const { send, daemon, page } = await actWorld();
  await send("pause", { hours: "8" });
  expect(daemon.held.operatorPause).toMatchObject({ untilMs: 8 * 60 * 60_000 });
  await send("pause", { hours: "" });
  expect(daemon.held.operatorPause).toMatchObject({ untilMs: null });
  expect(await page()).toContain("No slot is started: paused on the operator&#39;s word");
  await send("resume");
  expect(daemon.held.operatorPause).toBeNull();
});

test("a slot is retired, and what is refused says why and is in the journal too", async () => {
  const { send, daemon, acts } = await actWorld();
  expect(await send("retire", { slot: SLOT })).toMatchObject({ status: 303 });
  const refused = await send("retire", { slot: "hookline-nas--home-zzzzzzzzzz" });
  expect(refused).toMatchObject({ status: 409, body: expect.stringContaining("Not done") });
  expect(daemon.asked).toEqual([`retire ${SLOT}`]);
  expect(acts()).toMatchObject([{ outcome: expect.stringMatching(/^refused: /) }, { outcome: "done" }]);
});

test("a dead letter goes back into the queue", async () => {
  const letter = {
    seq: 12,
    guid: "g",
    jobId: 7,
    repository: "acme/web",
    action: "queued",
    reason: "unreadable",
    attempts: 1,
    receivedAt: AT_MS,
    diedAt: AT_MS,
  };
  const back: number[] = [];
  const { send, page } = await actWorld({
    edge: () => Promise.resolve(freshnessOf({ dead: 1 })),
    deadLetters: {
      list: () => Promise.resolve(back.length === 0 ? { dead: [letter], total: 1 } : { dead: [], total: 0 }),
      requeue: (seq) => Promise.resolve(back.push(seq) > 0 && seq === 12),
    },
  });
  await expect.poll(page).toContain("Put back");
  expect(await send("requeue", { seq: "12" })).toMatchObject({ status: 303 });
  expect(await send("requeue", { seq: "13" })).toMatchObject({ status: 409 });
  expect(back).toEqual([12, 13]);
  expect(await page()).toContain("No dead letter.");
});

test("the doctor runs once at a time, and its last verdict stays on the page", async () => {
  const runs: PromiseWithResolvers<void>[] = [];
  const { send, page } = await actWorld({
    examine: async (probe) => {
      const run = Promise.withResolvers<void>();
      runs.push(run);
      await run.promise;
      const summary = probe ? "Probed." : "Docker does not answer.";
      return [{ id: "docker-reach", group: "docker", status: "fail", summary, remedy: "Start it.", ms: 3 }];
    },
  });
  expect(await send("doctor")).toMatchObject({ status: 303 });
  expect(await page()).toContain("It runs now");
  expect(await send("probe")).toMatchObject({ status: 409 });
  runs[0]?.resolve();
  await expect.poll(page).toContain("1 check failed");
  expect(await page()).toContain("Docker does not answer.");
});

describe("a page of somebody else's cannot act with the operator's password", () => {
  test.each<[string, Record<string, string>, Record<string, string>]>([
    ["sent by another site", {}, { origin: "https://evil.example" }],
    ["sent by another port of this host", {}, { origin: "http://127.0.0.1:1" }],
    ["sent by who does not say who it is", {}, { origin: "null" }],
    [
      "known by the browser to come from elsewhere",
      {},
      { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
    ],
    ["without the page's key", { key: "" }, {}],
    ["with another key", { key: "guessed" }, {}],
    ["of a type that needs no form", {}, { origin: "https://evil.example", "content-type": "text/plain" }],
  ])("%s", async (_case, fields, headers) => {
    const { send, daemon, acts } = await actWorld();
    expect((await send("drain", { pool: "home", ...fields }, headers)).status).toBe(403);
    expect({ asked: daemon.asked, acts: acts() }).toEqual({ asked: [], acts: [] });
  });

  test("asked under a name that it has pointed here", async () => {
    const { send, daemon } = await actWorld();
    expect(
      (await send("drain", { pool: "home" }, { host: "evil.example", origin: "http://evil.example" })).status,
    ).toBe(421);
    expect(daemon.asked).toEqual([]);
  });
});

describe("only the operator's token acts", () => {
  test.each([
    ["the reading token", basic(TOKEN)],
    ["no token", ""],
    ["another one", basic("another")],
  ])("%s does not, and is asked for a better one", async (_case, authorization) => {
    const { send, daemon } = await actWorld();
    expect((await send("drain", { pool: "home" }, { authorization })).status).toBe(401);
    expect(daemon.asked).toEqual([]);
  });

  test("it reads as well, and without one the page has no form and takes none", async () => {
    const { get } = await actWorld();
    expect((await get("/api/status", { authorization: basic(OPERATOR) })).status).toBe(200);
    const shown = await webWorld({ read: "open" });
    expect((await shown.get("/")).body).not.toContain("<form");
    const headers = { authorization: basic("undefined"), "content-type": "application/x-www-form-urlencoded" };
    expect((await post(shown.server.port, "/act/drain", "pool=home", headers)).status).toBe(401);
  });

  test("what no form of the page asks for is refused", async () => {
    const { send, daemon } = await actWorld();
    for (const [act, fields] of [
      ["toString", {}],
      ["drain", {}],
      ["pause", { hours: "9999" }],
      ["requeue", { seq: "-1" }],
    ] as const)
      expect((await send(act, fields)).status, act).toBe(400);
    expect(daemon.asked).toEqual([]);
  });
});
