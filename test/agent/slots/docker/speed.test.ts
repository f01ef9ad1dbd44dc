import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { FakeEngine, json } from "../../../stand-ins/docker/fake-engine.ts";
import { recordingEngine } from "../../../stand-ins/docker/recording-engine.ts";
import { calm, poolOf, providerOn, specOf } from "../../../stand-ins/docker/slot-fixtures.ts";

test("once the host is known, a start is two calls: create and start; the first of a pool is read back behind it", async () => {
  await using fake = await recordingEngine();
  const { engine } = fake;
  const { provider } = providerOn(engine.host, "mine");
  await provider.start(specOf(poolOf()), calm());
  await expect
    .poll(() => engine.calls.slice(-3))
    .toEqual(["POST /containers/create", "POST /containers/c0/start", "GET /containers/c0/json"]);
  const before = engine.requests.length;
  await provider.start(specOf(poolOf()), calm());
  expect(engine.requests.slice(before).map(({ method, path }) => `${method} ${path}`)).toEqual([
    "POST /containers/create",
    "POST /containers/c1/start",
  ]);
});

test("slots that are wanted at the same time are created at the same time", async () => {
  const waiting: ServerResponse[] = [];
  await using engine = await FakeEngine.start({
    answer: ({ path }, response) => {
      if (path === "/containers/create") {
        waiting.push(response);
        // Nobody is answered before all eight have asked.
        if (waiting.length === 8) for (const one of waiting) json(one, 201, { Id: "c0ffee" });
      } else if (path === "/containers/c0ffee/start") response.writeHead(204).end();
      else return false;
      return true;
    },
  });
  const { provider } = providerOn(engine.host, "mine");
  const starts = await Promise.all(Array.from({ length: 8 }, () => provider.start(specOf(poolOf()), calm())));
  expect(starts).toHaveLength(8);
});
