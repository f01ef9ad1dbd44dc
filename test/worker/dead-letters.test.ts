import { expect, test } from "vitest";

import { deadLetterListSchema } from "../../shared/mailbox/dead-letters.ts";
import { deliverJobs } from "./deliveries.ts";
import { useFreshEdge } from "./fresh-edge.ts";
import { ask, TestAgent } from "./test-agent.ts";

useFreshEdge();

async function poisoned(): Promise<TestAgent> {
  const agent = await TestAgent.connect();
  await deliverJobs(1, 2);
  await agent.seqsUpTo(2);
  agent.send({ type: "nack", fence: 1, seq: 1, verdict: "poison", reason: "unreadable" });
  await agent.probe(1);
  return agent;
}

test("dead letters are listed to whoever holds the token, with their reason", async () => {
  await poisoned();
  const { dead, total } = deadLetterListSchema.parse(await (await ask("/dead")).json());
  expect(total).toBe(1);
  expect(dead).toMatchObject([{ seq: 1, jobId: 1001, repository: "acme/app", reason: "unreadable", attempts: 1 }]);
});

test("a dead letter is sent again at once when somebody asks for it, and only once", async () => {
  const agent = await poisoned();
  const first = await ask("/dead/1/requeue", "POST");
  expect([first.status, await first.json()]).toEqual([200, { status: "requeued", seq: 3 }]);
  expect(await agent.seqsUpTo(3)).toEqual([1, 2, 3]);
  const second = await ask("/dead/1/requeue", "POST");
  expect([second.status, await second.text()]).toEqual([404, expect.stringMatching(/GET \/dead/)]);
});
