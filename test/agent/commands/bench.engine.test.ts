import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "vitest";

import { runCli } from "../../../agent/commands/commands.ts";
import { describeHost } from "../../../agent/docker/docker-host.ts";
import { dockerTest } from "../../stand-ins/docker/engine.ts";
import { engineHost, rawCall } from "../../stand-ins/docker/raw-call.ts";
import { buildRunnerImage } from "../../stand-ins/docker/runner-image.ts";
import { fakeIo } from "./command-io.ts";

dockerTest("bench measures a real engine with the pool's own image, and leaves nothing there", async () => {
  const built = await buildRunnerImage({ runScript: "#!/bin/sh\n" });
  try {
    const io = fakeIo({ DOCKER_HOST: describeHost(engineHost) });
    const pool = `{key: nas, organization: acme, labels: [nas], image: "${built.image}", network: none}`;
    writeFileSync(join(io.cwd, "pools.yaml"), `version: 2\npools: [${pool}]\n`);
    expect(await runCli(["bench", "--json"], io, new AbortController().signal), io.err()).toBe(0);
    const { alone, together } = io.json() as Record<"alone" | "together", Record<string, number>>;
    expect(alone["createMs"]).toBeGreaterThan(0);
    expect(alone["startMs"]).toBeGreaterThan(0);
    expect(together["lastMs"]).toBeGreaterThanOrEqual(together["firstMs"] ?? Number.NaN);
    const filters = encodeURIComponent(JSON.stringify({ ancestor: [built.image] }));
    expect(JSON.parse(await rawCall("GET", `/containers/json?all=1&filters=${filters}`))).toEqual([]);
  } finally {
    await built.remove();
  }
});
