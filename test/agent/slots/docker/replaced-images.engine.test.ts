import { afterEach, beforeEach, expect } from "vitest";

import { PLAIN_CONTAINER } from "../../../../shared/fleet/container-options.ts";
import { dockerTest, uniqueInstance } from "../../../stand-ins/docker/engine.ts";
import { LoopbackRegistry } from "../../../stand-ins/docker/loopback-registry.ts";
import { discard, engineHost, rawCall } from "../../../stand-ins/docker/raw-call.ts";
import { runnerLayer } from "../../../stand-ins/docker/runner-image.ts";
import { calm, poolOf, providerOn, specOf } from "../../../stand-ins/docker/slot-fixtures.ts";
import { suiteName } from "../../../stand-ins/docker/suite-names.ts";

const instance = uniqueInstance();
const { provider } = providerOn(engineHost, instance);
let registry: LoopbackRegistry;
const made: string[] = [];

beforeEach(async () => {
  registry = await LoopbackRegistry.start();
});

afterEach(async () => {
  for (const path of made.splice(0).toReversed()) await discard(path);
  await registry.close();
});

/** A pool whose image a publisher moves on, and the publisher. */
function world() {
  const name = `hookline-test-runner/${suiteName()}`;
  const image = `${registry.host}/${name}:latest`;
  const layer = runnerLayer({ runScript: '#!/bin/sh\neval "$ACTIONS_RUNNER_INPUT_JITCONFIG"\n' });
  const pool = poolOf({ image, container: { ...PLAIN_CONTAINER, pull: "always" } });
  made.push(`/images/${image}?force=1`);
  const config = { User: "runner", Env: ["PATH=/bin"], Labels: { "hookline.test.mark": suiteName() } };
  return {
    image,
    /** Publishes a new image, has a slot admitted, and resolves with the id of the image that it would get. */
    next: async (): Promise<string> => {
      registry.push(name, "latest", layer, { ...config, Labels: { ...config.Labels, at: String(Math.random()) } });
      await provider.admit(`hookline-${instance}--small-x`, pool, calm());
      const id = await idOf(image);
      made.push(`/images/${id}?force=1`);
      return id ?? "";
    },
    start: async (): Promise<string> => {
      const spec = specOf(pool, { jitConfig: "trap 'exit 0' TERM; echo up; sleep 600 & wait $!" });
      made.push(`/containers/${spec.name}?force=1&v=1`);
      await provider.start(spec, calm());
      await expect.poll(() => provider.logTail(spec.name, 5, calm())).toContain("up");
      return spec.name;
    },
    end: async (slot: string): Promise<void> => {
      await provider.stop(slot, 40_000, calm());
      await provider.remove(slot, calm());
    },
  };
}

async function idOf(image: string): Promise<string | null> {
  const answer = await rawCall("GET", `/images/${image}/json`).catch(() => null);
  return answer === null ? null : (JSON.parse(answer) as { Id: string }).Id;
}

async function foreignContainer(image: string): Promise<string> {
  const name = `foreign-${suiteName()}`;
  made.push(`/containers/${name}?force=1`);
  await rawCall("POST", `/containers/create?name=${name}`, JSON.stringify({ Image: image, Cmd: ["/bin/true"] }));
  return name;
}

dockerTest("C-13: an image that a pull has replaced goes, once no slot uses it", async () => {
  const { next, start, end } = world();
  const first = await next();
  const slot = await start();
  const second = await next();
  expect(second).not.toBe(first);
  expect(await idOf(first), "a slot still uses it").toBe(first);
  await end(slot);
  await expect.poll(() => idOf(first)).toBeNull();
  expect(await idOf(second)).toBe(second);
});

dockerTest("C-13, promise 12: an image that another container uses stays as long as that does", async () => {
  const { image, next, start, end } = world();
  const first = await next();
  const foreign = await foreignContainer(image);
  await next();
  await end(await start());
  expect(await idOf(first)).toBe(first);
  await rawCall("DELETE", `/containers/${foreign}`);
  await end(await start());
  await expect.poll(() => idOf(first)).toBeNull();
});

dockerTest(
  "C-13, promise 12: an image that somebody gave another name stays, and so does one that others pulled",
  async () => {
    const { image, next, start, end } = world();
    const first = await next();
    const kept = `kept-${suiteName()}`;
    await rawCall("POST", `/images/${image}/tag?repo=${kept}&tag=1`);
    made.push(`/images/${kept}:1`);
    // Without a name, and replaced by nobody here.
    const other = world();
    registry.push(
      other.image.split("/").slice(1).join("/").replace(":latest", ""),
      "latest",
      runnerLayer({ runScript: "#!/bin/sh\n" }),
      {},
    );
    await rawCall("POST", `/images/create?fromImage=${other.image.replace(":latest", "")}&tag=latest`);
    const loose = await idOf(other.image);
    made.push(`/images/${loose}?force=1`);
    await rawCall("POST", `/images/${image}/tag?repo=${other.image.replace(":latest", "")}&tag=latest`);
    await next();
    await end(await start());
    expect(await idOf(`${kept}:1`)).toBe(first);
    expect(await idOf(loose ?? "")).toBe(loose);
  },
);
