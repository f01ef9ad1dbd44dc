import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { operations } from "./openapi/catalogue.ts";
import { checksumOf } from "./openapi/checksum.ts";
import { OPERATION_IDS } from "./openapi/operation-ids.ts";
import { handlers } from "./rest/handlers.ts";
import { call } from "./support/api-client.ts";
import { startOcto } from "./support/octo.ts";

const text = (name: string): string => readFileSync(new URL(`openapi/${name}`, import.meta.url), "utf8");

test("the committed part of GitHub's OpenAPI description is what was extracted", () => {
  expect(checksumOf(text("operations.json"))).toBe(text("operations.sha256").trim());
});

test("every extracted operation is answered, and no other", () => {
  expect(operations.map(({ id }) => id).toSorted()).toEqual(OPERATION_IDS.toSorted());
  expect(Object.keys(handlers).toSorted()).toEqual(OPERATION_IDS.toSorted());
});

test("an answer that departs from GitHub's description is caught, named and not sent", async () => {
  const { github, token } = await startOcto();
  const wrong = { total_count: "none", runners: [{ id: 7 }] };
  github.misbehave({
    operation: "actions/list-self-hosted-runners-for-org",
    fault: { kind: "rewrite", rewrite: () => wrong },
  });

  const answer = await call(github, "GET /orgs/octo/actions/runners", { token });

  expect(answer.status).toBe(500);
  expect(answer.body.message).toContain("/total_count must be integer");
  await expect(github.close()).rejects.toThrow(/actions\/list-self-hosted-runners-for-org 200: .*must be integer/);
});

test("a call that departs from GitHub's description is refused and kept, whatever is wrong with it", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  const jit = "POST /orgs/octo/actions/runners/generate-jitconfig";

  const tries = [
    await call(github, "GET /repos/octo/demo/actions/runs?status=asleep", { token }),
    await call(github, "GET /repos/octo/demo/actions/runs?stauts=queued", { token }),
    await call(github, jit, { token, body: { name: "one", labels: ["x"] } }),
    await call(github, jit, { token, body: { name: "one", runner_group_id: 1, labels: [] } }),
    await call(github, jit, { token }),
    await call(github, "GET /orgs/octo/actions/runners/seven", { token }),
    await call(github, "GET /orgs/octo/no-such-thing", { token }),
  ];

  expect(tries.map(({ status }) => status)).toEqual([422, 422, 422, 422, 422, 404, 404]);
  const violations = github.takeViolations();
  expect(violations.map(({ kind, what }) => `${kind} ${what}`)).toEqual([
    expect.stringContaining("request query status must be equal to one of the allowed values"),
    "request query stauts is no parameter of actions/list-workflow-runs-for-repo",
    "request body must have required property 'runner_group_id'",
    "request body /labels must NOT have fewer than 1 items",
    "request body is missing",
    "request path runner_id must be integer",
    expect.stringContaining("no such operation"),
  ]);
});

test("every list and every single thing is answered as GitHub describes it", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  const job = github.queueJob({ repository: "octo/demo", labels: ["self-hosted"] });
  const gated = github.queueJob({ repository: "octo/demo", labels: ["self-hosted"], gated: true });
  github.cancelJob(gated.id);
  const hook = github.addHook({ scope: "octo", url: "http://127.0.0.1:9/", secret: "s" });
  const repositoryHook = github.addHook({ scope: "octo/demo", url: "http://127.0.0.1:9/" });
  await github.deliveriesSettled();
  const delivery = github.deliveries()[0]?.id ?? 0;

  for (const path of [
    "/orgs/octo/actions/runners",
    "/orgs/octo/actions/runner-groups",
    "/orgs/octo/actions/runner-groups/1",
    "/repos/octo/demo/actions/runners",
    "/repos/octo/demo/actions/runs",
    `/repos/octo/demo/actions/runs/${job.runId}`,
    `/repos/octo/demo/actions/runs/${job.runId}/jobs`,
    `/repos/octo/demo/actions/jobs/${gated.id}`,
    "/orgs/octo/repos?type=all&sort=pushed",
    "/repos/octo/demo",
    "/orgs/octo/hooks",
    `/orgs/octo/hooks/${hook.id}`,
    `/orgs/octo/hooks/${hook.id}/deliveries`,
    `/orgs/octo/hooks/${hook.id}/deliveries/${delivery}`,
    "/repos/octo/demo/hooks",
    `/repos/octo/demo/hooks/${repositoryHook.id}`,
    `/repos/octo/demo/hooks/${repositoryHook.id}/deliveries`,
    "/rate_limit",
    "/meta",
    "/user",
  ]) {
    const answer = await call(github, `GET ${path}`, { token });
    expect([path, answer.status, answer.body?.message]).toEqual([path, 200, undefined]);
  }
});
