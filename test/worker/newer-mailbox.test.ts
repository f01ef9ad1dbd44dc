import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";

import { deliverJob } from "./deliveries.ts";
import { useFreshEdge } from "./fresh-edge.ts";
import { hello } from "../samples/hello.ts";
import { ask, mailboxStub, TestAgent } from "./test-agent.ts";

const log = useFreshEdge();

const WHY = "The mailbox has schema 99, this code knows 2; deploy the newer version";

/** A rollback: the storage is of a newer version, and the object starts anew in this one. */
async function written(schema: number): Promise<void> {
  await runInDurableObject(mailboxStub(), (_, { storage }) => {
    storage.sql.exec("UPDATE meta SET value = ? WHERE key = 'schema'", String(schema));
  });
  await abortAllDurableObjects();
}

test("E-10: a Worker that was put back behind a migration answers with the reason, and nothing is lost", async () => {
  expect((await deliverJob(1)).status).toBe(202);
  await written(99);
  const refused = await deliverJob(2);
  expect([refused.status, await refused.json()]).toEqual([503, expect.objectContaining({ reason: WHY })]);
  for (const [path, method] of [
    ["/freshness", "GET"],
    ["/dead", "GET"],
    ["/dead/1/requeue", "POST"],
  ] as const) {
    const answer = await ask(path, method);
    expect([path, answer.status, await answer.json()]).toEqual([path, 503, expect.objectContaining({ reason: WHY })]);
  }
  expect((await ask("/healthz")).status).toBe(200);
  expect(log().records()).toContainEqual(expect.objectContaining({ level: "error", reason: WHY }));
});

test("E-10: the agent is let in and told why the link ends", async () => {
  expect((await deliverJob(1)).status).toBe(202);
  await written(99);
  const agent = await TestAgent.dial();
  agent.send(hello());
  expect(await agent.first("bye")).toMatchObject({ code: 4503, reason: WHY });
  expect(await agent.closed).toEqual({ code: 4503, reason: WHY });
});

test("E-10: the newer version finds the mailbox as it was", async () => {
  expect((await deliverJob(1)).status).toBe(202);
  await written(99);
  expect((await deliverJob(2)).status).toBe(503);
  // What the refused calls hold is not written to: the schema is back at once where the newer code is.
  await runInDurableObject(mailboxStub(), (_, { storage }) => {
    storage.sql.exec("UPDATE meta SET value = '2' WHERE key = 'schema' AND value = '99'");
  });
  expect((await deliverJob(2)).status).toBe(202);
  const agent = await TestAgent.connect();
  expect(await agent.seqsUpTo(2)).toEqual([1, 2]);
});
