import { expect, test } from "vitest";

import type { ChangingSecret } from "../../../agent/settings/changing-secret.ts";
import { failureOf, GO, JIT, ORGANIZATION } from "./client-fixture.ts";
import { onLoopback } from "./on-loopback.ts";

/** A secret that is replaced by `replace`, and how often it was refused. */
function replaceable(first: string) {
  let [held, waiting, refusals] = [first, first, 0];
  const secret: ChangingSecret = {
    reveal: () => held,
    refused: (used) => {
      refusals += 1;
      held = waiting;
      return held !== used;
    },
  };
  return { secret, replace: (next: string) => void (waiting = next), refusals: () => refusals };
}

/** A client by a token that was revoked, with another one at hand or none. */
async function revoked(isReplaced = true) {
  const { github, client } = await onLoopback();
  github.addRepository("acme/web");
  const [first, second] = [github.addToken(), github.addToken()];
  const token = replaceable(first);
  const made = client({ kind: "token", token: token.secret });
  await made.listRunners(ORGANIZATION, GO);
  github.revokeToken(first);
  if (isReplaced) token.replace(second);
  return { github, client: made, ...token, first, second };
}

test.each(["a reading", "a just-in-time runner", "a look of the doctor"] as const)(
  "promise 20: %s with a revoked token goes on with the one that took its place",
  async (kind) => {
    const { client, refusals } = await revoked();
    if (kind === "a reading") await client.listRunners(ORGANIZATION, GO);
    else if (kind === "a just-in-time runner")
      expect((await client.createJitRunner(ORGANIZATION, JIT, GO)).runnerId).toBeGreaterThan(0);
    else await client.inspector.limits(ORGANIZATION, GO);
    expect(refusals()).toBe(1);
  },
);

test("without another token the refusal is told as it was, after one call", async () => {
  const { client, refusals } = await revoked(false);
  const before = client.stats().calls;
  const error = await failureOf(client.createJitRunner(ORGANIZATION, JIT, GO));
  expect(error.code).toBe("unauthorized");
  expect(error.remedy).toMatch(/GITHUB_TOKEN is complete, not expired and not revoked/);
  expect([client.stats().calls - before, refusals()]).toEqual([1, 1]);
});

test("calls that were under way together are all made again, and nothing of the old token's cache is believed", async () => {
  const { client } = await revoked();
  const calls = Array.from({ length: 5 }, () => client.listRunners(ORGANIZATION, GO));
  expect(await Promise.all(calls)).toHaveLength(5);
});

test("promise 20: an App whose key was replaced in its file signs with the new one from the first refusal on", async () => {
  const { github, client } = await onLoopback();
  const [before, after] = [github.addApp({ owner: "acme" }), github.addApp({ owner: "acme" })];
  github.installApp({ app: after, account: "acme" });
  const pem = replaceable(before.privateKey);
  const made = client({ kind: "app", appId: after.id, privateKeyPem: pem.secret });
  pem.replace(after.privateKey);
  expect((await made.listRunners(ORGANIZATION, GO)).items).toEqual([]);
  expect(pem.refusals()).toBe(1);
});

test("a key that is none is asked for again, and the refusal names no word of it", async () => {
  const { github, client } = await onLoopback();
  const app = github.addApp({ owner: "acme" });
  const { privateKey } = app;
  github.installApp({ app, account: "acme" });
  const pem = replaceable(privateKey);
  const made = client({ kind: "app", appId: app.id, privateKeyPem: pem.secret });
  pem.replace("-----BEGIN PRIVATE KEY-----\nbm9uZQ==\n-----END PRIVATE KEY-----\n");
  pem.secret.refused(privateKey);
  const error = await failureOf(made.listRunners(ORGANIZATION, GO));
  expect([error.code, error.message.includes("bm9uZQ")]).toEqual(["unauthorized", false]);
  pem.replace(privateKey);
  expect((await made.listRunners(ORGANIZATION, GO)).items).toEqual([]);
});
