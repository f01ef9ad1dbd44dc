import { expect, test } from "vitest";

import { readSignal } from "../../../shared/workflow-job/read-signal.ts";
import { examplesOf, type Part } from "./hooks/examples.ts";
import { call } from "./support/api-client.ts";
import { startOcto } from "./support/octo.ts";

const published = examplesOf("workflow_job");

/** The payloads of one job that waits for an approval, runs elsewhere and ends. */
async function wholeLife(): Promise<readonly Part[]> {
  await using octo = await startOcto();
  const { github } = octo;
  github.addHook({ scope: "octo", url: "http://127.0.0.1:9/" });
  const { id } = github.queueJob({ repository: "octo/demo", labels: ["self-hosted", "linux"], gated: true });
  github.approve(id);
  github.takeElsewhere(id);
  github.completeJob(id, "failure");
  await github.deliveriesSettled();
  return github
    .deliveries()
    .filter(({ event }) => event === "workflow_job")
    .map(({ body }) => JSON.parse(body) as Part);
}

test("a gated job is told of as queued, waiting, queued, in progress and completed", async () => {
  const told = (await wholeLife()).map((payload) => [payload["action"], partOf(payload, "workflow_job")["status"]]);

  expect(told).toEqual([
    ["queued", "waiting"],
    ["waiting", "waiting"],
    ["queued", "queued"],
    ["in_progress", "in_progress"],
    ["completed", "completed"],
  ]);
});

test("payloads have the fields, the types and the size of GitHub's published examples", async () => {
  const sizes = published.map((example) => JSON.stringify(example).length);
  for (const payload of await wholeLife()) {
    expect(JSON.stringify(payload).length).toBeGreaterThan(Math.min(...sizes) * 0.95);
    expectLikePublished(payload, published, "payload");
    for (const part of ["workflow_job", "repository", "sender", "organization", "deployment"]) {
      const examples = published.filter((example) => part in example).map((example) => partOf(example, part));
      if (part in payload) expectLikePublished(partOf(payload, part), examples, part);
    }
  }
});

test("Hookline reads a signal from every one of them", async () => {
  for (const payload of await wholeLife()) {
    const read = readSignal(payload, { guid: "g", hookId: null, receivedAtMs: 0 });
    const { id, status } = partOf(payload, "workflow_job");
    expect(read).toMatchObject({ ok: true, signal: { jobId: id, status, repository: "octo/demo", isPrivate: true } });
  }
});

test("a job that was skipped, or cancelled before a runner had it, is only told of as GitHub does", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  github.addHook({ scope: "octo", url: "http://127.0.0.1:9/" });
  const skipped = github.queueJob({ repository: "octo/demo", labels: ["x"], skipped: true });
  const cancelled = [1, 2].map(() => github.queueJob({ repository: "octo/demo", labels: ["x"] }));
  for (const { id } of cancelled) github.cancelJob(id);
  await github.deliveriesSettled();

  const of = (id: number) => github.deliveries().filter(({ jobId }) => jobId === id);
  expect(of(skipped.id).map(({ action }) => action)).toEqual(["completed"]);
  const ends = cancelled.map(({ id }) => {
    const end = of(id).find(({ action }) => action === "completed");
    return partOf(JSON.parse(end?.body ?? "{}") as Part, "workflow_job")["runner_id"];
  });
  expect(new Set(ends)).toEqual(new Set([0, null]));
  const rest = await call(github, `GET /repos/octo/demo/actions/jobs/${cancelled[0]?.id}`, { token });
  expect(rest.body).toMatchObject({ status: "completed", conclusion: "cancelled" });
});

/** No field that no example has, none missing that all of them have, none of a type that none of them has. */
function expectLikePublished(part: Part, examples: readonly Part[], name: string): void {
  const keys = Object.keys(part);
  const known = new Set(examples.flatMap((example) => Object.keys(example)));
  const always = [...known].filter((key) => examples.every((example) => key in example));
  expect(
    keys.filter((key) => !known.has(key)),
    `fields of ${name} that no example has`,
  ).toEqual([]);
  expect(
    always.filter((key) => !keys.includes(key)),
    `fields missing from ${name}`,
  ).toEqual([]);
  for (const key of keys) {
    const types = new Set(examples.filter((example) => key in example).map((example) => typeOf(example[key])));
    // A runner's fields and a conclusion are null in some examples only.
    if (part[key] !== null) expect([...types, "null"], `type of ${name}.${key}`).toContain(typeOf(part[key]));
  }
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function partOf(payload: Part, name: string): Part {
  return payload[name] as Part;
}
