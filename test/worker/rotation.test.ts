import {
  createExecutionContext,
  evictDurableObject,
  runInDurableObject,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";

import { freshnessSchema } from "../../shared/mailbox/freshness.ts";
import { createApp } from "../../worker/app.ts";
import { workflowJob } from "../samples/payload.ts";
import { describeRotation } from "../shared/edge/rotation-suite.ts";
import { delivery, ORIGIN } from "./deliveries.ts";
import { pass, useFreshEdge } from "./fresh-edge.ts";
import { mailboxStub, TOKEN } from "./test-agent.ts";

useFreshEdge();

const OLD = "the-old-secret";
const NEW = "the-new-secret";

/** The Worker after a deploy with these secrets; an absent one is not set. */
function deployed(
  secrets: Partial<Record<"GITHUB_WEBHOOK_SECRET" | "HOOKLINE_TOKEN", readonly [string, (string | undefined)?]>>,
) {
  const values = Object.entries(secrets).flatMap(([name, [current, previous]]) => [
    [name, current],
    [`${name}_PREVIOUS`, previous],
  ]);
  return createApp({ ...env, ...Object.fromEntries(values) });
}

/** The answer, once what goes on behind it has ended. */
async function answerOf(app: ReturnType<typeof createApp>, request: Request): Promise<Response> {
  const context = createExecutionContext();
  const answer = await app.request(request, undefined, env, context);
  await waitOnExecutionContext(context);
  return answer;
}

test("the webhook secret is changed without a delivery being refused: both, then GitHub, then the old one away", async () => {
  let n = 0;
  const post = async (app: ReturnType<typeof createApp>, secret: string): Promise<number> => {
    n += 1;
    return (await answerOf(app, await delivery(workflowJob(n), n, { secret }))).status;
  };
  const before = deployed({ GITHUB_WEBHOOK_SECRET: [OLD] });
  const both = deployed({ GITHUB_WEBHOOK_SECRET: [NEW, OLD] });
  const after = deployed({ GITHUB_WEBHOOK_SECRET: [NEW] });
  expect(await post(before, OLD)).toBe(202);
  expect(await post(both, OLD)).toBe(202);
  expect((await mailboxStub().freshness()).secret).toMatchObject({ matched: "previous" });
  expect(await post(both, NEW)).toBe(202);
  expect((await mailboxStub().freshness()).secret).toMatchObject({ matched: "current" });
  expect(await post(both, OLD)).toBe(202);
  expect(await post(after, NEW)).toBe(202);
  expect((await mailboxStub().freshness()).head).toBe(5);
  expect(await post(after, OLD)).toBe(401);
});

test("the token is changed without the agent being refused: both, then the agent, then the old one away", async () => {
  const ask = async (app: ReturnType<typeof createApp>, token: string): Promise<number> =>
    (await app.request(`${ORIGIN}/freshness`, { headers: { Authorization: `Bearer ${token}` } }, env)).status;
  const both = deployed({ HOOKLINE_TOKEN: [NEW, OLD] });
  const after = deployed({ HOOKLINE_TOKEN: [NEW] });
  expect([await ask(both, OLD), await ask(both, NEW)]).toEqual([200, 200]);
  expect([await ask(after, NEW), await ask(after, OLD)]).toEqual([200, 401]);
});

test("promise 18: a stranger who forges GitHub's headers wakes the mailbox once a minute at most, and writes nothing", async () => {
  const app = deployed({});
  for (let n = 0; n < 50; n += 1) {
    const headers = { "x-hub-signature-256": null };
    expect((await answerOf(app, await delivery(workflowJob(n), n, { headers }))).status).toBe(401);
  }
  expect(await mailboxStub().freshness()).toMatchObject({ head: 0, rejected: { missing: 1 }, hooks: [] });
});

describeRotation(() => {
  let n = 0;
  return {
    pass,
    async deploy({ current, previous }) {
      await runInDurableObject(mailboxStub(), () => {});
      await evictDurableObject(mailboxStub(), { webSockets: "close" });
      const app = deployed({ GITHUB_WEBHOOK_SECRET: [current, previous] });
      return {
        async deliver(hookId, secret) {
          n += 1;
          const headers = { "x-github-hook-id": hookId };
          return (await answerOf(app, await delivery(workflowJob(n), n, { secret, headers }))).status;
        },
        async freshness() {
          const headers = { Authorization: `Bearer ${TOKEN}` };
          const answer = await app.request(`${ORIGIN}/freshness`, { headers }, env);
          expect(answer.status).toBe(200);
          return freshnessSchema.parse(await answer.json());
        },
      };
    },
  };
});
