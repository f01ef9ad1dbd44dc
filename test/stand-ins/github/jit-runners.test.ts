import { expect, test } from "vitest";

import { call, mint } from "./support/api-client.ts";
import { startOcto } from "./support/octo.ts";
import { decodeJitConfig } from "./stand-in-runner.ts";

const JIT = "POST /orgs/octo/actions/runners/generate-jitconfig";
const body = { name: "slot-1", runner_group_id: 1, labels: ["self-hosted", "linux", "Gpu"] };

test("a runner just minted is listed as offline, and its configuration is shaped as the real one", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;

  const minted = await call(github, JIT, { token, body });

  expect(minted.status).toBe(201);
  expect(minted.body.runner).toMatchObject({ name: "slot-1", status: "offline", busy: false, os: "unknown" });
  expect(minted.body.runner.labels).toEqual([
    { id: 1, name: "self-hosted", type: "read-only" },
    { id: 2, name: "linux", type: "read-only" },
    { id: 3, name: "Gpu", type: "custom" },
  ]);
  const files = JSON.parse(Buffer.from(minted.body.encoded_jit_config, "base64").toString()) as Record<string, string>;
  expect(Object.keys(files)).toEqual([".runner", ".credentials", ".credentials_rsaparams"]);
  expect(decodeJitConfig(minted.body.encoded_jit_config)).toMatchObject({
    AgentName: "slot-1",
    ServerUrl: github.apiUrl,
  });
  const listed = await call(github, "GET /orgs/octo/actions/runners?name=slot-1", { token });
  expect(listed.body).toMatchObject({ total_count: 1, runners: [{ id: minted.body.runner.id, status: "offline" }] });
});

test("a name that is taken in the scope is a conflict, in another scope it is free", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  await mint(github, token, "slot-1");

  const again = await call(github, JIT, { token, body: { ...body, name: "SLOT-1" } });
  const elsewhere = await call(github, "POST /repos/octo/demo/actions/runners/generate-jitconfig", { token, body });

  expect([again.status, elsewhere.status]).toEqual([409, 201]);
  expect(again.body.message).toContain("lready exists");
});

test("a lost answer has registered the runner: the next try under its name is a conflict", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  github.misbehave({
    operation: "actions/generate-runner-jitconfig-for-org",
    fault: { kind: "lose-answer" },
    times: 1,
  });

  await expect(call(github, JIT, { token, body })).rejects.toThrow("fetch failed");

  expect(github.runners().map(({ name }) => name)).toEqual(["slot-1"]);
  expect((await call(github, JIT, { token, body })).status).toBe(409);
});

test("what GitHub cannot take is refused: long names, long labels, groups and scopes that are not there", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  const statusOf = async (change: object, line = JIT): Promise<number> =>
    (await call(github, line, { token, body: { ...body, ...change } })).status;

  expect(await statusOf({ name: "n".repeat(65) })).toBe(422);
  expect(await statusOf({ name: " " })).toBe(422);
  expect(await statusOf({ labels: ["l".repeat(257)] })).toBe(422);
  expect(await statusOf({ runner_group_id: 99 })).toBe(404);
  expect(await statusOf({}, "POST /orgs/nobody/actions/runners/generate-jitconfig")).toBe(404);
  expect(await statusOf({ name: "n".repeat(64) })).toBe(201);
});

test("an idle runner can be deleted once", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  await mint(github, token, "slot-1");
  const line = `DELETE /orgs/octo/actions/runners/${github.runners()[0]?.id}`;

  expect((await call(github, line, { token })).status).toBe(204);
  expect((await call(github, line, { token })).status).toBe(404);
});
