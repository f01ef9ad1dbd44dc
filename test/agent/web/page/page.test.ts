import { statSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { freshnessOf } from "../../doctor/freshness-sample.ts";
import { median } from "../../../bench/quartiles.ts";
import { VirtualClock } from "../../../stand-ins/time/virtual-clock.ts";
import { webWorld } from "../web-world.ts";
import { fullStatus } from "./full-status.ts";
import { pageJournal } from "./page-journal.ts";
import { AT_MS, pageStatus, runningJob, waitingJob } from "./page-status.ts";

const HOSTILE = `acme/<img src=x onerror="alert(1)">'&`;

/** What the page says as a browser without scripts shows it. */
async function pageOf(status = pageStatus(), options: Parameters<typeof webWorld>[1] = {}) {
  const world = await webWorld({}, options);
  world.daemon.document = status;
  return { ...world, ...(await world.read("/")) };
}

test("the page says without any script what waits, why, what would change it, and what runs", async () => {
  const { status, type, body } = await pageOf();
  expect({ status, type }).toEqual({ status: 200, type: "text/html; charset=UTF-8" });
  for (const said of ["Every slot of nas is taken.", "raise max", "acme/website", "hookline-nas--nas-abcdefghij"])
    expect(body).toContain(said);
  expect(body).toContain("https://github.com/acme/website/actions/runs/7/job/71");
});

test.each([
  ["held back", { house: { holds: ["container backup runs"], unseen: [] } }, "Held back", "container backup runs"],
  [
    "closed by its hours",
    { max: 0, held: 0, schedule: { applies: true, untilMs: AT_MS + 60_000 } },
    "Closed",
    "by its schedule",
  ],
  [
    "paused on one of two engines",
    {
      engines: ["local", "mini"],
      pauses: [{ scope: null, engine: "mini", code: "docker-unreachable", failures: 3, untilMs: AT_MS + 60_000 }],
    },
    "Serving",
    "not on mini: paused until",
  ],
])("a pool that is %s says so on the page, as status does", async (_what, change, word, why) => {
  const status = pageStatus();
  const { body } = await pageOf({ ...status, pools: status.pools.map((pool) => ({ ...pool, ...change })) });
  const row = /<tr[^>]*id="pool-nas"[^]*?<\/tr>/.exec(body)?.[0] ?? body;
  expect(row).toContain(word);
  expect(row).toContain(why);
});

describe("what GitHub names stays text on the page, and leads to GitHub alone", () => {
  const hostile = { repository: HOSTILE, name: HOSTILE, labels: [HOSTILE] };
  const status = pageStatus({
    jobs: {
      byReason: {},
      waitingTotal: 1,
      waiting: [waitingJob({ ...hostile, why: HOSTILE, remedy: HOSTILE })],
      runningTotal: 1,
      running: [runningJob({ ...hostile, slot: HOSTILE, pool: HOSTILE })],
    },
  });

  test("in the document", async () => {
    const { body } = await pageOf(status);
    expect(body).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&amp;");
    expect(body).not.toContain("<img");
  });

  test.each(["javascript:alert(1)/x", "../../evil", "//evil.example/x", "https://evil.example/x"])(
    "a repository called %s",
    async (repository) => {
      const { body } = await pageOf(
        pageStatus({
          jobs: {
            byReason: {},
            waitingTotal: 1,
            waiting: [waitingJob({ repository })],
            runningTotal: 0,
            running: [],
          },
        }),
      );
      const links = [...body.matchAll(/<a[^>]* href="(h[^"]*)"/g)].map(([, href = ""]) => new URL(href).origin);
      expect(new Set(links)).toEqual(new Set(["https://github.com"]));
      expect(body).not.toContain('href="javascript:');
    },
  );
});

test("nothing on the page needs more than its policy allows: no script or style inside, nothing from another host", async () => {
  const { body, headers } = await pageOf();
  expect(headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(body).not.toMatch(
    / style=| on[a-z]+=|<style|<script(?! (?:type="module" )?src="\/assets\/[\w.]+"(?: defer(?:="")?)?><\/script>)/,
  );
  expect([...body.matchAll(/(?:src|href)="(\/\/|https?:)(?!\/\/github\.com\/)/g)]).toEqual([]);
});

test("the page and its files are read by those alone who have the token", async () => {
  const { get } = await webWorld();
  for (const path of ["/", "/page/events", "/assets/page.js"]) expect((await get(path)).status).toBe(401);
});

test("every file that the page and its scripts ask for is served, and no other file of this machine", async () => {
  const { read } = await webWorld();
  const asked = new Set(["/assets/page.css", "/assets/page.js", "/assets/icon.svg"]);
  for (const path of asked) {
    const { status, body } = await read(path);
    expect(status, path).toBe(200);
    for (const [, name] of body.matchAll(/from "\.\/([\w.-]+)"/g)) asked.add(`/assets/${name}`);
  }
  expect([...asked]).toContain("/assets/morph.js");
  for (const path of ["/assets/tsconfig.json", "/assets/..%2Fpage-app.ts", "/assets/toString"])
    expect((await read(path)).status, path).toBe(404);
});

test("minutes cost on the page what GitHub takes for the machine that they were served on", async () => {
  const costOf = async (cpus: number): Promise<string | undefined> => {
    const machine = { architecture: "arm64", cpus } as const;
    const { body } = await pageOf(fullStatus(), { dataFolder: pageJournal({ jobs: 30, machine }) });
    return /at GitHub\s+\$([\d.]+) to \$[\d.]+: Linux \d-core arm64, \$0\.00[58] a minute/.exec(body)?.[1];
  };
  const [two, four] = [await costOf(2), await costOf(4)];
  expect(Number(two)).toBeGreaterThan(0);
  expect(Number(four) / Number(two)).toBeCloseTo(8 / 5, 1);
});

test("promise 17: the page is as quick and no longer than it may be, however many jobs the journal knows", async () => {
  const worldOf = async (jobs: number) => {
    const clock = new VirtualClock();
    const options = { now: () => AT_MS, monotonicMs: () => clock.monotonicMs() };
    const world = await webWorld({}, { dataFolder: pageJournal({ jobs }), clock: options });
    world.daemon.document = fullStatus();
    const took: number[] = [];
    const ask = async (): Promise<number> => {
      // The past is told as it was for some seconds: here it is read for each answer.
      await clock.advance(60_000);
      const from = performance.now();
      const bytes = Buffer.byteLength((await world.read("/")).body);
      took.push(performance.now() - from);
      return bytes;
    };
    return { took, ask };
  };
  const [few, many] = [await worldOf(5), await worldOf(5000)];
  // By turns: what else the machine does meets both.
  for (let n = 0; n < 25; n += 1) {
    const [fewBytes, manyBytes] = [await few.ask(), await many.ask()];
    expect(manyBytes).toBeLessThan(300 * 1024);
    expect(manyBytes).toBeGreaterThan(fewBytes);
  }
  expect(median(many.took) / median(few.took)).toBeLessThanOrEqual(5);
});

test("with more jobs open than anybody reads the page stays short, and says where the others are", async () => {
  const jobs = Array.from({ length: 1000 }, (_, n) => n + 1);
  const { body } = await pageOf(
    pageStatus({
      jobs: {
        byReason: {},
        waitingTotal: 4000,
        waiting: jobs.map((jobId) => waitingJob({ jobId })),
        runningTotal: 1000,
        running: jobs.map((jobId) => runningJob({ jobId: 5000 + jobId })),
      },
    }),
  );
  expect(Buffer.byteLength(body)).toBeLessThan(300 * 1024);
  expect(body).toContain("3950 others wait");
});

test("the page's picture in the README is small", () => {
  expect(statSync(join(import.meta.dirname, "../../../../docs/page.png")).size).toBeLessThan(200 * 1024);
});

test("a journal that cannot be read costs the page its past, and is told in the log once", async () => {
  const { body, read, records } = await pageOf();
  expect(body).toContain("The journal cannot be read");
  expect(body).toContain("Every slot of nas is taken.");
  await read("/");
  expect(records().filter(({ msg }) => msg === "the page cannot read the journal")).toHaveLength(1);
});

test("what the edge told of goes on growing old until the edge is asked again", async () => {
  const heard = freshnessOf({ now: 5_000_000, lastDeliveryAt: 5_000_000 - 42_000 });
  const clock = new VirtualClock();
  const { daemon, read } = await webWorld({}, { edge: () => Promise.resolve(heard), clock });
  daemon.document = pageStatus();
  await read("/");
  expect((await read("/")).body).toMatch(/last delivery <time[^>]*>42 s<\/time> ago/);
  await clock.advance(4 * 60_000);
  daemon.document = pageStatus({ atMs: AT_MS + 4 * 60_000 });
  expect((await read("/")).body).toMatch(/last delivery <time[^>]*>4 min<\/time> ago/);
});

test("a page that is open learns of each change without being loaded anew", async () => {
  const { daemon, server } = await webWorld({ read: "open" });
  daemon.document = pageStatus();
  const stop = new AbortController();
  const answer = await fetch(`${server.url}/page/events`, { signal: stop.signal });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  const first = (await reader?.read())?.value ?? "";
  expect(first).toMatch(/^event: page\n/);
  expect(JSON.parse(/^data: (.*)$/m.exec(first)?.[1] ?? "")).toMatchObject({
    version: daemon.document.agent.version,
    parts: { waiting: expect.stringContaining("Every slot of nas is taken.") },
  });
  const second = reader?.read();
  daemon.document = pageStatus({
    jobs: { byReason: {}, waitingTotal: 0, waiting: [], runningTotal: 0, running: [] },
  });
  daemon.becomes({});
  expect((await second)?.value).toContain("No job waits.");
  stop.abort();
});
