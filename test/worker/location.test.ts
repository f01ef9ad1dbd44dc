import { env } from "cloudflare:workers";
import { expect, test } from "vitest";

import { createApp } from "../../worker/app.ts";
import { ORIGIN } from "./deliveries.ts";
import { useFreshEdge } from "./fresh-edge.ts";
import { TOKEN } from "./test-agent.ts";

const log = useFreshEdge();

/** Where the Worker asks for its mailbox to be made, with this setting. */
async function hintFor(location: string | undefined): Promise<unknown> {
  const asked: unknown[] = [];
  const MAILBOX = {
    getByName: (name: string, options?: { readonly locationHint?: string }) => {
      asked.push(options?.locationHint);
      return env.MAILBOX.getByName(name);
    },
  };
  const app = createApp({ ...env, MAILBOX, HOOKLINE_LOCATION: location } as unknown as Env);
  await app.request(`${ORIGIN}/freshness`, { headers: { Authorization: `Bearer ${TOKEN}` } }, env);
  expect(asked).toHaveLength(1);
  return asked[0];
}

test("the mailbox is made where the operator says, whoever asks for it first", async () => {
  expect(await hintFor("weur")).toBe("weur");
  expect(await hintFor("apac-ne")).toBe("apac-ne");
  expect(await hintFor("")).toBeUndefined();
  expect(await hintFor(undefined)).toBeUndefined();
  expect(log().text()).not.toContain("setting ignored");
});

test("a place that Cloudflare does not know is said in the log, and no hint is given", async () => {
  expect(await hintFor("berlin")).toBeUndefined();
  expect(log().text()).toContain("HOOKLINE_LOCATION");
});
