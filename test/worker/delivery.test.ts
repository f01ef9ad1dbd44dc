import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, test } from "vitest";

import { WebhookVerifier } from "../../shared/signature/webhook-verifier.ts";
import { createApp } from "../../worker/app.ts";
import { PING, workflowJob } from "../samples/payload.ts";
import { deliverJob, delivery, ORIGIN, PREVIOUS_WEBHOOK_SECRET, WEBHOOK_SECRET } from "./deliveries.ts";
import { useFreshEdge } from "./fresh-edge.ts";
import { mailboxStub, TestAgent } from "./test-agent.ts";

const log = useFreshEdge();

function post(body: unknown, n: number, headers: Readonly<Record<string, string | null>>): Promise<Response> {
  return delivery(body, n, { headers }).then((request) => exports.default.fetch(request));
}

test("GitHub's documented signature example holds in this runtime", async () => {
  const verifier = new WebhookVerifier({ current: "It's a Secret to Everybody" });
  const header = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  expect(await verifier.verify(new TextEncoder().encode("Hello, World!"), header)).toMatchObject({
    ok: true,
    secret: "current",
  });
});

describe("a delivery", () => {
  test("that is signed is durable before it is answered 202 with its number (promise 1)", async () => {
    const answer = await deliverJob(1);
    expect([answer.status, await answer.json()]).toEqual([202, { status: "stored", seq: 1 }]);
    const rows = await runInDurableObject(mailboxStub(), (_, state) =>
      state.storage.sql.exec("SELECT seq FROM signals").toArray(),
    );
    expect(rows).toEqual([{ seq: 1 }]);
  });

  test("that is signed with the previous secret is taken", async () => {
    expect((await deliverJob(1, { secret: PREVIOUS_WEBHOOK_SECRET })).status).toBe(202);
  });

  test.each<[string, readonly (string | null)[], string]>([
    ["missing", [null], "signature missing"],
    ["malformed", ["sha256=abc", `sha256=${"A".repeat(64)}`], "signature malformed"],
    ["of no active secret", [`sha256=${"0".repeat(64)}`], "signature mismatch"],
  ])("whose signature is %s gets 401 and one log record a minute that holds no secret", async (_name, all, reason) => {
    for (const signature of all) {
      const answer = await post(workflowJob(1), 1, { "x-hub-signature-256": signature });
      expect([answer.status, await answer.json()]).toEqual([401, { error: "invalid signature" }]);
      expect(log().text()).not.toContain(signature ?? WEBHOOK_SECRET);
    }
    const refused = log()
      .records()
      .filter(({ msg }) => msg === "delivery refused");
    expect(refused).toEqual([expect.objectContaining({ level: "warn", plane: "edge", reason, status: 401 })]);
    expect(log().text()).not.toContain(WEBHOOK_SECRET);
  });

  test("that comes 50 times at once gets one sequence number (promise 2)", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => deliverJob(1)));
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    const bodies = await Promise.all(answers.map((answer) => answer.json<{ status: string; seq: number }>()));
    expect(bodies.map(({ seq }) => seq)).toEqual(Array(50).fill(1));
    expect(bodies.filter(({ status }) => status === "stored")).toHaveLength(1);
    expect(bodies.filter(({ status }) => status === "duplicate")).toHaveLength(49);
  });

  test("of 50 jobs at once gets 50 numbers", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => deliverJob(n)));
    const seqs = await Promise.all(answers.map(async (answer) => (await answer.json<{ seq: number }>()).seq));
    expect(seqs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
  });

  test("of other labels or another owner is kept before the fleet announced itself and turned away after", async () => {
    const other = workflowJob(1, { job: { labels: ["other-label"] } });
    expect(await (await post(other, 1, {})).json()).toEqual({ status: "stored", seq: 1 });
    await TestAgent.connect({ routes: [{ owner: "acme", labels: ["self-hosted", "Linux"] }] });
    const answers = [
      await post(workflowJob(2, { job: { labels: ["other-label"] } }), 2, {}),
      await post(workflowJob(3, { repository: { full_name: "stranger/app" } }), 3, {}),
      await post(workflowJob(4, { job: { labels: ["LINUX"] } }), 4, {}),
    ];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual([
      { status: "ignored", reason: "no pool has these labels" },
      { status: "ignored", reason: "no pool serves this repository" },
      { status: "stored", seq: 2 },
    ]);
  });

  test("over 1 MiB gets 413 without its signature being checked", async () => {
    const answer = await exports.default.fetch(`${ORIGIN}/webhook`, {
      method: "POST",
      headers: (await delivery({}, 1)).headers,
      body: "x".repeat(1024 * 1024 + 1),
    });
    expect(answer.status).toBe(413);
  });

  test("of a dead letter gets it delivered again", async () => {
    await deliverJob(1);
    const agent = await TestAgent.connect();
    await agent.seqsUpTo(1);
    agent.send({ type: "nack", fence: agent.welcome.fence, seq: 1, verdict: "poison", reason: "unreadable" });
    expect(await agent.probe(agent.welcome.fence)).toMatchObject({ head: 1, acked: 1 });
    expect(await (await deliverJob(1)).json()).toEqual({ status: "stored", seq: 2 });
    expect(await agent.seqsUpTo(2)).toEqual([1, 2]);
  });
});

describe("a stranger", () => {
  test("with wrong signatures writes no row, and the count of them is fresh (promise 13)", async () => {
    const app = createApp(env);
    const wrong = { headers: { "x-hub-signature-256": `sha256=${"1".repeat(64)}` } };
    for (let n = 0; n < 3; n += 1) await app.request(await delivery(workflowJob(1), 1, wrong), undefined, env);
    const written = await runInDurableObject(mailboxStub(), (_, state) => [
      state.storage.sql.exec("SELECT * FROM signals").toArray(),
      state.storage.sql.exec("SELECT key FROM meta ORDER BY key").toArray(),
    ]);
    expect(written).toEqual([[], [{ key: "additions" }, { key: "schema" }, { key: "stream" }]]);
    expect(await mailboxStub().freshness()).toMatchObject({
      rejectedSinceAccepted: 1,
      rejected: { missing: 0, malformed: 0, mismatch: 1 },
      lastRejectedAt: expect.any(Number),
    });
    await deliverJob(1);
    expect((await mailboxStub().freshness()).rejectedSinceAccepted).toBe(0);
  });
});

describe("when the mailbox cannot store", () => {
  test("GitHub gets a 503 with Retry-After, never a 2xx", async () => {
    await runInDurableObject(mailboxStub(), (_, state) => void state.storage.sql.exec("DROP TABLE signals_a"));
    const answer = await deliverJob(1);
    const reason = expect.stringMatching(/signals/);
    expect([answer.status, await answer.json()]).toEqual([503, { error: "the mailbox is unavailable", reason }]);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(log().records()).toContainEqual(
      expect.objectContaining({ level: "error", reason: expect.stringMatching(/signals/) }),
    );
  });

  test("a ping is still answered 202: it only feeds freshness", async () => {
    await runInDurableObject(mailboxStub(), (_, state) => void state.storage.sql.exec("DROP TABLE meta"));
    expect((await post(PING, 1, { "x-github-event": "ping" })).status).toBe(202);
  });
});
