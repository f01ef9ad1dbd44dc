import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, expect } from "vitest";

import { Secret } from "../../../../shared/fleet/secret.ts";
import type { Pool } from "../../../../shared/fleet/pool.ts";
import { dockerAvailable, dockerRequired, dockerTest, uniqueInstance } from "../../../stand-ins/docker/engine.ts";
import { engineHost, rawCall } from "../../../stand-ins/docker/raw-call.ts";
import { buildRunnerImage, type RunnerImage } from "../../../stand-ins/docker/runner-image.ts";
import { calm, providerOn, specOf } from "../../../stand-ins/docker/slot-fixtures.ts";
import { temporaryFolder } from "../../../stand-ins/files/temporary-folder.ts";
import { writtenPool } from "./machine.ts";

/** What the container does is its JIT configuration here: a shell command. */
const RUN_SCRIPT = '#!/bin/sh\neval "$ACTIONS_RUNNER_INPUT_JITCONFIG"\n';
const PROXY = {
  https: new Secret("http://nas:s3cret@proxy.home:3128"),
  http: new Secret("http://nas:s3cret@proxy.home:3128"),
  no: ".lan",
};

const instance = uniqueInstance();
const { provider, client, lines } = providerOn(engineHost, instance, { proxy: PROXY, dockerHost: engineHost });
let runner: RunnerImage;

beforeAll(async () => {
  if (dockerAvailable || dockerRequired) runner = await buildRunnerImage({ runScript: RUN_SCRIPT });
});

afterEach(async () => {
  if (!dockerAvailable) return;
  for (const row of await client.containers.list("hookline.instance", instance, calm())) {
    await client.containers.remove(row.id, { force: true }, calm());
  }
});

afterAll(async () => {
  await runner?.remove();
  client.close();
});

const pool = (more: string): Pool => ({ ...writtenPool(more), image: runner.image });

/** Runs one job to its end; resolves with what it printed and how the engine shows its container. */
async function jobOf(of: Pool, command: string) {
  const spec = specOf(of, { jitConfig: command });
  await provider.admit(spec.name, of, calm());
  await provider.start(spec, calm());
  const state = async () => (await provider.list(calm())).find(({ name }) => name === spec.name)?.state;
  await expect.poll(state).toBe("exited");
  const printed = await provider.logTail(spec.name, 40, calm());
  const shown = JSON.parse(await rawCall("GET", `/containers/${spec.name}/json`));
  await provider.remove(spec.name, calm());
  return { printed, env: shown.Config.Env as readonly string[] };
}

dockerTest("what a pool says of its hardening is in force in its containers", async () => {
  const certificates = join(temporaryFolder(), "ca.pem");
  writeFileSync(certificates, "the authority\n");
  const of = pool(
    "capDrop: [ALL], capAdd: [KILL], noNewPrivileges: true, user: '1001:0', devices: ['/dev/null:/dev/nothing:r'], " +
      "extraHosts: {registry.home: 192.0.2.5}, ulimits: [{name: nofile, soft: 256, hard: 512}], runtime: runc, " +
      `caCertificates: {path: ${certificates}}`,
  );
  const { printed } = await jobOf(
    of,
    'grep -E "^(CapBnd|NoNewPrivs)" /proc/self/status; id; ls -l /dev/nothing; grep registry.home /etc/hosts; ' +
      'ulimit -Sn; ulimit -Hn; cat "$NODE_EXTRA_CA_CERTS"; echo x > "$NODE_EXTRA_CA_CERTS" || true',
  );
  expect(printed).toMatch(/CapBnd:\s+0000000000000020/);
  expect(printed).toMatch(/NoNewPrivs:\s+1/);
  expect(printed).toMatch(/uid=1001\(runner\) gid=0\(root\)/);
  expect(printed).toMatch(/\/dev\/nothing/);
  expect(printed).toMatch(/192\.0\.2\.5\s+registry\.home/);
  expect(printed).toMatch(/^256$/m);
  expect(printed).toMatch(/^512$/m);
  expect(printed).toMatch(/the authority/);
  expect(printed).toMatch(/Read-only file system/);
});

dockerTest(
  "H9: docker inspect shows the agent's way out in the jobs of a pool that asks for it, and no password",
  async () => {
    const { env, printed } = await jobOf(pool("proxy: inherit"), 'env | grep -iE "^[a-z]+_proxy="');
    const both = (name: string, value: string) => [`${name}=${value}`, `${name.toUpperCase()}=${value}`];
    const expected = [
      ...both("https_proxy", "http://proxy.home:3128"),
      ...both("http_proxy", "http://proxy.home:3128"),
      ...both("no_proxy", ".lan"),
    ].toSorted();
    expect(env.filter((line) => /^\w+_proxy=/i.test(line)).toSorted()).toEqual(expected);
    expect(printed.split("\n").toSorted()).toEqual(expected);
    expect((await jobOf(pool("size: 1"), "true")).env.join()).not.toMatch(/_proxy/i);
  },
);

dockerTest.each([
  ["runtime: sysbox-runc", "host", /sysbox-runc/, /daemon\.json/],
  ["devices: [/dev/hookline-none]", "start-failed", /hookline-none/, /ls -l \/dev\/hookline-none/],
  ["gpus: all", "start-failed", /gpu/, /NVIDIA Container Toolkit/],
  ["user: nosuch", "start-failed", /nosuch/, /user of the pool/],
  ["capAdd: [NO_SUCH]", "rejected", /CAP_NO_SUCH/, /capAdd/],
  ["caCertificates: {path: /nonexistent/ca.pem}", "rejected", /nonexistent/, /caCertificates/],
])("what the engine cannot give is said by the pool's setting: %s", async (more, code, message, remedy) => {
  await expect(jobOf(pool(more), "true")).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
    remedy: expect.stringMatching(remedy),
  });
  expect(await client.containers.list("hookline.instance", instance, calm())).toEqual([]);
});

dockerTest("limits that the engine takes are not said to be dropped", async () => {
  await jobOf(
    pool("resources: {cpus: 0.5, memory: 64m, pidsLimit: 64, cpuShares: 512}, ulimits: [{name: core, soft: 0}]"),
    "sleep 1",
  );
  expect(lines.filter((line) => /dropped/.test(line))).toEqual([]);
});
