import { expect, test } from "vitest";

import { credentialOf } from "../../../agent/daemon/credential-of.ts";
import { patience } from "../../stand-ins/process/patience.ts";
import { onLoopback } from "../github/on-loopback.ts";

const HOUR_MS = 60 * 60_000;
const MINUTE_MS = 60_000;

/** A client that was told of few calls left, with its limits as the status document has them. */
async function told() {
  const { github, clock, client } = await onLoopback();
  const token = github.addToken();
  const rest = client({ kind: "token", token });
  const ask = async (): Promise<void> => void (await rest.listOrganizationRepositories("acme", patience()));
  const core = () => credentialOf(rest, clock.now()).limits.find(({ resource }) => resource === "core");
  github.setRateLimit(token, 400);
  return { github, clock, ask, core };
}

test("what GitHub left of a limit is believed until it begins anew, and no longer", async () => {
  const { clock, ask, core } = await told();
  await ask();
  await clock.advance(59 * MINUTE_MS);
  expect(core()?.remaining).toBeLessThanOrEqual(400);
  await clock.advance(2 * MINUTE_MS);
  expect(core()).toMatchObject({ remaining: 5000, limit: 5000 });
});

test("when a limit begins anew is told by the agent's clock, however far GitHub's is ahead", async () => {
  const { github, clock, ask, core } = await told();
  github.setDateSkew(10 * MINUTE_MS);
  await ask();
  expect(core()?.resetAtMs).toBe(clock.now() + HOUR_MS - 10 * MINUTE_MS);
});
