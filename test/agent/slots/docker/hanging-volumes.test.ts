import { expect, test } from "vitest";

import { PLAIN_CONTAINER } from "../../../../shared/fleet/container-options.ts";
import { FakeEngine, json } from "../../../stand-ins/docker/fake-engine.ts";
import { calm, poolOf, providerOn, specOf } from "../../../stand-ins/docker/slot-fixtures.ts";
import { VirtualClock } from "../../../stand-ins/time/virtual-clock.ts";

// A volume plugin that is away: https://github.com/moby/moby/issues/35548
test("H3: an engine that hangs over a cache's volume costs a start seconds; the job starts", async () => {
  await using engine = await FakeEngine.start({
    answer: ({ path }, response) => {
      if (path.startsWith("/volumes/")) return true;
      if (path === "/containers/create") json(response, 201, { Id: "c1" });
      else if (path === "/containers/c1/start") response.writeHead(204).end();
      else return false;
      return true;
    },
  });
  const clock = new VirtualClock();
  const { provider } = providerOn(engine.host, "mine", { clock });
  const pool = poolOf({ container: { ...PLAIN_CONTAINER, caches: [{ name: "npm", path: "/npm" }] } });
  await provider.prepare([pool], calm());
  const started = provider.start(specOf(pool), calm());
  await expect.poll(() => engine.calls).toContain("GET /volumes/hookline-mine--small--npm");
  await clock.advance(3000);
  await started;
  expect(engine.calls).toContain("POST /containers/c1/start");
});
