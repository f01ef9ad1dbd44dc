import { listDurableObjectIds } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { createApp } from "../../worker/app.ts";
import { workflowJob } from "../samples/payload.ts";
import { captureConsole, type CapturedConsole } from "./captured-console.ts";
import { delivery, ORIGIN, WEBHOOK_SECRET } from "./deliveries.ts";

/** No test of this file may make the mailbox: an object that was made once stays on the list. */
let log: CapturedConsole;

beforeEach(() => {
  log = captureConsole();
});

afterEach(async () => {
  vi.restoreAllMocks();
  expect(await listDurableObjectIds(env.MAILBOX)).toEqual([]);
});

test("promise 13: a stranger without a signature never reaches the mailbox, which is not even made", async () => {
  for (const signature of [null, "", "sha256=", `sha256=${"g".repeat(64)}`]) {
    const headers = { "x-hub-signature-256": signature, "x-github-delivery": null };
    const unsigned = await delivery(workflowJob(1), 1, { headers });
    expect((await exports.default.fetch(unsigned)).status).toBe(401);
  }
  await exports.default.fetch(`${ORIGIN}/webhook`);
  await exports.default.fetch(`${ORIGIN}/freshness`);
  await exports.default.fetch(`${ORIGIN}/link`, { headers: { Upgrade: "websocket" } });
  await exports.default.fetch(`${ORIGIN}/healthz`);
  expect(await listDurableObjectIds(env.MAILBOX)).toEqual([]);
});

describe("while secrets are missing or unusable", () => {
  test.each<[string, string | undefined]>([
    ["absent", undefined],
    ["too short", "short"],
  ])(
    "a webhook secret that is %s refuses every delivery with 500 and is named in the log, its value not",
    async (_n, secret) => {
      const change = { ...env, GITHUB_WEBHOOK_SECRET: secret, GITHUB_WEBHOOK_SECRET_PREVIOUS: undefined };
      const app = createApp(change as unknown as Env);
      const answer = await app.request(
        await delivery(workflowJob(1), 1, { secret: secret ?? WEBHOOK_SECRET }),
        undefined,
        env,
      );
      expect(answer.status).toBe(500);
      expect(log.records()).toContainEqual(expect.objectContaining({ level: "error" }));
      expect(log.text()).not.toContain('"short"');
      expect(await listDurableObjectIds(env.MAILBOX)).toEqual([]);
    },
  );

  test("an unset token opens nothing", async () => {
    const change = { ...env, HOOKLINE_TOKEN: undefined, HOOKLINE_TOKEN_PREVIOUS: undefined };
    const app = createApp(change as unknown as Env);
    for (const header of ["Bearer undefined", "Bearer ", "Bearer test-link-token"]) {
      expect((await app.request("/freshness", { headers: { Authorization: header } }, env)).status).toBe(401);
    }
  });
});
