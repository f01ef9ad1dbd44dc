import { afterAll, beforeAll, expect } from "vitest";
import { startCuttableProxy } from "../../../stand-ins/docker/cuttable-proxy.ts";
import { dockerTest, uniqueInstance } from "../../../stand-ins/docker/engine.ts";
import { engineHost, rawCall } from "../../../stand-ins/docker/raw-call.ts";
import { buildRunnerImage, type RunnerImage } from "../../../stand-ins/docker/runner-image.ts";
import { calm, poolOf, providerOn, specOf } from "../../../stand-ins/docker/slot-fixtures.ts";
import { watching } from "../../../stand-ins/docker/watching.ts";

let runner: RunnerImage;

beforeAll(async () => {
  runner = await buildRunnerImage({ runScript: '#!/bin/sh\neval "$ACTIONS_RUNNER_INPUT_JITCONFIG"\n' });
});

afterAll(async () => {
  await runner?.remove();
});

dockerTest("an exit is reported with its code, after a resync, however soon after the start it comes", async () => {
  const instance = uniqueInstance();
  const { provider, client } = providerOn(engineHost, instance);
  const watch = watching(provider);
  await expect.poll(watch.resyncs).toBe(1);
  const specs = [3, 0].map((code) => specOf(poolOf({ image: runner.image }), { jitConfig: `exit ${code}` }));
  await Promise.all(specs.map((spec) => provider.start(spec, calm())));
  await expect.poll(() => watch.changes.length).toBe(3);
  expect(watch.changes[0]).toEqual({ kind: "resync" });
  expect(watch.changes).toContainEqual({ kind: "exited", name: specs[0]?.name, exitCode: 3 });
  expect(watch.changes).toContainEqual({ kind: "exited", name: specs[1]?.name, exitCode: 0 });
  await watch.stop();
  for (const { name } of specs) await provider.remove(name, calm());
  client.close();
});

dockerTest(
  "N12 an exit during a cut, buried under 600 later events, is found by the list after the resync",
  async () => {
    await using proxy = await startCuttableProxy(engineHost);
    const instance = uniqueInstance();
    const direct = providerOn(engineHost, instance);
    const proxied = providerOn(proxy.host, instance);
    const watch = watching(proxied.provider);
    await expect.poll(watch.resyncs).toBe(1);
    const spec = specOf(poolOf({ image: runner.image }), {
      jitConfig: "sleep 600 & trap 'exit 9' TERM; echo up; wait",
    });
    await direct.provider.start(spec, calm());
    await expect.poll(() => direct.provider.logTail(spec.name, 1, calm())).toBe("up");
    proxy.cut();
    await direct.provider.stop(spec.name, 10_000, calm());
    for (let turn = 0; turn < 600; turn += 1) {
      await rawCall(
        "POST",
        `/containers/${turn === 0 ? spec.name : `${spec.name}-${turn - 1}`}/rename?name=${spec.name}-${turn}`,
      );
    }
    await rawCall("POST", `/containers/${spec.name}-599/rename?name=${spec.name}`);
    proxy.mend();
    await expect.poll(watch.resyncs).toBe(2);
    expect(await proxied.provider.list(calm())).toMatchObject([{ name: spec.name, state: "exited", exitCode: 9 }]);
    await watch.stop();
    await direct.provider.remove(spec.name, calm());
    direct.client.close();
    proxied.client.close();
  },
);

dockerTest("exits of another instance are not reported", async () => {
  const [mine, theirs] = [providerOn(engineHost, uniqueInstance()), providerOn(engineHost, uniqueInstance())];
  const watch = watching(mine.provider);
  await expect.poll(watch.resyncs).toBe(1);
  const foreign = specOf(poolOf({ image: runner.image }), { jitConfig: "exit 1" });
  const own = specOf(poolOf({ image: runner.image }), { jitConfig: "exit 2" });
  await theirs.provider.start(foreign, calm());
  await expect.poll(async () => (await theirs.provider.list(calm()))[0]?.state).toBe("exited");
  await mine.provider.start(own, calm());
  await expect.poll(() => watch.changes.length).toBe(2);
  expect(watch.changes[1]).toEqual({ kind: "exited", name: own.name, exitCode: 2 });
  await watch.stop();
  await theirs.provider.remove(foreign.name, calm());
  await mine.provider.remove(own.name, calm());
  mine.client.close();
  theirs.client.close();
});
