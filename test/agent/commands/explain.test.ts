import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import examples from "@octokit/webhooks-examples" with { type: "json" };
import { describe, expect, test } from "vitest";
import * as z from "zod";

import { PauseRecord } from "../../../agent/journal/pause-record.ts";
import { openJournal } from "../../../agent/journal/open-journal.ts";
import { runCli } from "../../../agent/commands/commands.ts";
import { signalSchema, type Signal } from "../../../shared/workflow-job/signal.ts";
import { PING, workflowJob } from "../../samples/payload.ts";
import { fakeIo, type FakeIo } from "./command-io.ts";

const STOPPED = AbortSignal.abort();

const explanationSchema = z.strictObject({
  signal: z.custom<Signal>((value) => signalSchema.safeParse(value).success).nullable(),
  ignored: z.string().nullable(),
  pools: z.array(z.strictObject({ key: z.string(), serves: z.boolean(), reason: z.string().min(1) })),
  decision: z.strictObject({
    pool: z.string().nullable(),
    action: z.enum(["provision", "cover", "wait", "ignore", "retire"]),
    reason: z.string().min(1),
  }),
});

const POOLS = `version: 2
pools:
  - {key: k8s, repositories: [lineville/elastic-machines-testing], labels: [k8s], visibility: public}
  - {key: gpu, organization: octo-org, labels: [gpu, db-app, dc-03], visibility: private}
  - {key: private, organization: Codertocat, labels: [ubuntu-latest], visibility: private}
  - {key: open, organization: Codertocat, labels: [ubuntu-latest], visibility: public}
  - {key: patient, organization: patient, labels: [nas], scaling: {queueThreshold: 2}}
  - {key: a-pool-with-a-long-long-name, organization: acme, labels: [nas]}
`;

function ioWith(payload: unknown): FakeIo {
  const io = fakeIo();
  writeFileSync(join(io.cwd, "pools.yaml"), POOLS);
  writeFileSync(join(io.cwd, "payload.json"), typeof payload === "string" ? payload : JSON.stringify(payload));
  return io;
}

async function explain(payload: unknown, ...args: readonly string[]): Promise<z.output<typeof explanationSchema>> {
  const io = ioWith(payload);
  expect(await runCli(["explain", "payload.json", "--json", ...args], io, STOPPED)).toBe(0);
  expect(io.err()).toBe("");
  return explanationSchema.parse(io.json());
}

const published = (examples.find(({ name }) => name === "workflow_job")?.examples ?? []) as readonly {
  readonly action: string;
  readonly workflow_job: { readonly status: string };
}[];

function example(action: string, status: string): unknown {
  return published.find((each) => each.action === action && each.workflow_job.status === status);
}

describe("GitHub's published examples", () => {
  test("all of them are explained", async () => {
    expect(published).toHaveLength(8);
    for (const body of published) expect((await explain(body)).signal?.action).toBe(body.action);
  });

  test("a queued job gets a slot of the first pool that serves it, and each pool says why or why not", async () => {
    const { signal, ignored, pools, decision } = await explain(example("queued", "queued"));
    expect([signal?.repository, ignored]).toEqual(["Codertocat/Hello-World", null]);
    expect(pools.map(({ key, serves }) => [key, serves])).toEqual([
      ["k8s", false],
      ["gpu", false],
      ["private", false],
      ["open", true],
      ["patient", false],
      ["a-pool-with-a-long-long-name", false],
    ]);
    expect(pools[2]?.reason).toBe("it takes private repositories only");
    expect(decision).toMatchObject({
      pool: "open",
      action: "provision",
      reason: expect.stringContaining(String(signal?.jobId)) as string,
    });
  });

  test("action queued with status waiting waits for its approval: nothing is started", async () => {
    const { pools, decision } = await explain(example("queued", "waiting"));
    expect(pools[0]).toMatchObject({ key: "k8s", serves: true });
    expect(decision).toMatchObject({
      pool: null,
      action: "wait",
      reason: expect.stringContaining("approval") as string,
    });
  });

  test("a queued job waits while the operator has paused the fleet", async () => {
    const io = ioWith(workflowJob(1));
    const folder = join(io.cwd, "data");
    const journal = openJournal(folder);
    new PauseRecord(journal.signals).set({ sinceMs: 0, untilMs: null });
    journal.close();
    const code = await runCli(
      ["explain", "payload.json", "--json"],
      { ...io, env: { ...io.env, HOOKLINE_DATA: folder } },
      STOPPED,
    );
    expect(code).toBe(0);
    expect(io.json()).toMatchObject({
      decision: { action: "wait", reason: "paused by the operator" },
    });
  });

  test("a job on a runner that is not ours is none of our business", async () => {
    const { decision } = await explain(example("in_progress", "in_progress"));
    expect(decision).toMatchObject({ pool: null, action: "ignore" });
    expect(decision.reason).toMatch(/^my runner, which is no runner of this agent, has taken the job$/);
  });
});

const job = (change: Record<string, unknown>, repository = "acme/app", action = "queued") =>
  workflowJob(1, { action, job: { labels: ["self-hosted", "nas"], ...change }, repository: { full_name: repository } });

test.each<[string, unknown, string | null, string, RegExp]>([
  [
    "in progress on a slot of ours",
    job(
      { status: "in_progress", runner_name: "hookline-nas--a-pool-with-a-long-long-n-abcdefghij" },
      "acme/app",
      "in_progress",
    ),
    "a-pool-with-a-long-long-name",
    "cover",
    /has taken the job and is busy/,
  ],
  [
    "completed on a slot of ours",
    job(
      { status: "completed", runner_name: "hookline-nas--a-pool-with-a-long-long-n-abcdefghij" },
      "acme/app",
      "completed",
    ),
    "a-pool-with-a-long-long-name",
    "retire",
    /is done/,
  ],
  [
    "cancelled before a runner took it",
    job({ status: "completed", conclusion: "cancelled" }, "acme/app", "completed"),
    "a-pool-with-a-long-long-name",
    "retire",
    /before a runner took it/,
  ],
  [
    "one job where two are needed",
    job({}, "patient/app"),
    "patient",
    "wait",
    /waits for more jobs until 2026-11-02T08:/,
  ],
  ["of a status of tomorrow", job({ status: "paused" }, "acme/app", "paused"), null, "ignore", /paused is not known/],
])("a job %s", async (_case, body, pool, action, reason) => {
  const { ignored, decision } = await explain(body);
  expect(ignored).toBeNull();
  expect(decision).toEqual({ pool, action, reason: expect.stringMatching(reason) as string });
});

test.each<[string, unknown, readonly string[], string]>([
  ["a ping", PING, [], "ping"],
  ["another event", { ref: "refs/heads/main" }, ["--event", "push"], "event push"],
  ["a body of which nothing is known", { ref: "refs/heads/main" }, [], "the body holds no workflow_job"],
  ["an event that contradicts the body", PING, ["--event", "workflow_job"], "the event name does not fit the body"],
  ["an unreadable workflow_job", { workflow_job: {} }, [], "unreadable workflow_job: action: Invalid input"],
])("%s makes no signal", async (_case, body, args, reason) => {
  const { signal, ignored, pools, decision } = await explain(body, ...args);
  expect([signal, pools, decision.pool, decision.action]).toEqual([null, [], null, "ignore"]);
  expect(ignored).toContain(reason.slice(0, 30));
});

test.each([
  ["owner", job({}, "stranger/app"), "no pool serves this repository"],
  ["labels", job({ labels: ["self-hosted", "windows"] }), "no pool has these labels"],
])(
  "what the mailbox would turn away by its %s is ignored in its words, each pool with its reason",
  async (_by, body, text) => {
    const { signal, ignored, pools, decision } = await explain(body);
    expect(signal).not.toBeNull();
    expect([ignored, decision]).toEqual([text, { pool: null, action: "ignore", reason: text }]);
    expect(pools.map(({ serves }) => serves)).toEqual(Array.from({ length: 6 }, () => false));
  },
);

test("a person reads the signal, the pools and the decision", async () => {
  const io = ioWith(`\ufeff${JSON.stringify(job({}))}`);
  expect(await runCli(["explain", "payload.json"], io, STOPPED)).toBe(0);
  expect(io.out()).toMatch(/^signal {4}queued, queued: job 1001 of acme\/app\n {10}labels self-hosted, nas\n/);
  expect(io.out()).toContain("pool k8s: no; the repository is not one that it may serve\n");
  expect(io.out()).toMatch(/decision {2}provision in a-pool-with-a-long-long-name: job 1001 waits .*\n$/);
});

test("- reads standard input, with no network and no credential", () => {
  const io = ioWith("");
  const main = join(import.meta.dirname, "../../../agent/main.ts");
  const ran = spawnSync(process.execPath, [main, "explain", "-", "--json"], {
    input: JSON.stringify(job({})),
    cwd: io.cwd,
    env: { HOOKLINE_CONFIG: "pools.yaml" },
    encoding: "utf8",
  });
  expect([ran.status, ran.stderr]).toEqual([0, ""]);
  expect(explanationSchema.parse(JSON.parse(ran.stdout)).decision.action).toBe("provision");
});

test.each<[string, readonly string[], RegExp]>([
  ["no payload", ["explain"], /PAYLOAD is missing: name the file/],
  ["a file that is not there", ["explain", "none.json"], /none\.json cannot be read.*\nSave the payload/],
  ["what is no JSON", ["explain", "pools.yaml"], /pools\.yaml is no JSON/],
  ["an event without a name", ["explain", "payload.json", "--event", ""], /--event takes the name of an event/],
])("%s is exit 2, as an object under --json", async (_case, args, message) => {
  const io = ioWith("{}");
  expect(await runCli([...args, "--json"], io, STOPPED)).toBe(2);
  expect(io.err()).toMatch(message);
  expect(io.json()).toMatchObject({ ok: false, error: { code: "usage" } });
});
