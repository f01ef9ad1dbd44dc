import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { runCli } from "../../../agent/commands/commands.ts";
import { startControl } from "../../../agent/control/control-server.ts";
import { daemonOf } from "../../../agent/daemon/daemon-of.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import { FakeEngine, json } from "../../stand-ins/docker/fake-engine.ts";
import { agentFixture, batchOf, signalOf } from "../daemon/agent-fixture.ts";
import { fakeIo } from "./command-io.ts";

const GOES_ON = new AbortController().signal;

interface World {
  /** Slots that the engine lists as running. */
  readonly running?: readonly string[];
  readonly hasImage?: boolean;
  /** The start of which container fails, counted from 1. */
  readonly failsAt?: number;
}

async function world({ running = [], hasImage = true, failsAt }: World = {}) {
  let made = 0;
  const engine = await FakeEngine.start({
    answer: ({ method, path }, response) => {
      if (path === "/containers/create") json(response, 201, { Id: `c${(made += 1)}`, Warnings: [] });
      else if (path === "/containers/json")
        json(
          response,
          200,
          running.map((name) => ({ Id: name, Names: [`/${name}`], State: "running", Labels: {} })),
        );
      else if (path.endsWith("/start")) {
        const fails = path === `/containers/c${failsAt}/start`;
        json(response, fails ? 500 : 204, fails ? { message: "no space left on device" } : undefined);
      } else if (method === "DELETE") response.writeHead(204).end();
      else if (path.startsWith("/images/") && !hasImage) json(response, 404, { message: "No such image" });
      else return false;
      return true;
    },
  });
  onTestFinished(() => engine.stop());
  const io = fakeIo({ DOCKER_HOST: `unix://${engine.host.socketPath}` });
  const calls = (pattern: RegExp) => engine.calls.filter((call) => pattern.test(call));
  return { io, engine, calls };
}

test("bench starts ten containers that do nothing, removes each, and prints the split and the machine", async () => {
  const { io, engine, calls } = await world();
  expect(await runCli(["bench", "--json"], io, GOES_ON)).toBe(0);
  expect(io.json()).toMatchObject({
    ok: true,
    pool: "nas",
    network: "bridge",
    machine: { cores: expect.any(Number), memoryBytes: expect.any(Number) },
    engine: { version: "20.10.23", storageDriver: "overlay2" },
    alone: { createMs: expect.any(Number), startMs: expect.any(Number) },
    together: { containers: 5, firstMs: expect.any(Number), lastMs: expect.any(Number) },
  });
  expect([calls(/create$/), calls(/start$/), calls(/^DELETE/)].map((each) => each.length)).toEqual([10, 10, 10]);
  const bodies = engine.requests
    .filter(({ path }) => path === "/containers/create")
    .map(({ body }) => JSON.parse(body));
  for (const { Entrypoint, Cmd, Labels } of bodies) {
    expect([Entrypoint, Cmd]).toEqual([["/bin/sh"], ["-c", ":"]]);
    expect(Labels).not.toHaveProperty("hookline.instance");
  }
});

test("bench asks for no more than one container at a time, and then for five", async () => {
  const { io, engine } = await world();
  await runCli(["bench"], io, GOES_ON);
  const steps = engine.calls
    .flatMap((call) => (call.endsWith("create") ? "+" : call.startsWith("DELETE") ? "-" : []))
    .join("");
  expect(steps).toBe("+-+-+-+-+-+++++-----");
  expect(io.out()).toMatch(/5 at once, the last/);
});

test("promise 16: bench leaves nothing behind where one of the five does not start, and says why", async () => {
  const { io, calls } = await world({ failsAt: 7 });
  expect(await runCli(["bench"], io, GOES_ON)).toBe(1);
  expect(io.err()).toContain("no space left on device");
  expect(calls(/^DELETE/)).toHaveLength(10);
});

test("bench refuses while slots run and no daemon says what they do", async () => {
  const { io, calls } = await world({ running: ["hookline-nas--nas-aaaaaaaaaa"] });
  expect(await runCli(["bench"], io, GOES_ON)).toBe(1);
  expect(io.err()).toMatch(/while there is work: 1 running slot/);
  expect(calls(/create$/)).toEqual([]);
});

test("bench refuses while a job waits, by the daemon's word", async () => {
  const { io, calls } = await world();
  const folder = join(io.cwd, "data");
  mkdirSync(folder);
  const { agent, start, welcome, clock } = agentFixture();
  await start();
  welcome().receive(batchOf(0, [signalOf(1)]));
  await clock.advance(0);
  const daemon = daemonOf({ agent, fleetFile: null, secrets: null });
  const control = await startControl({ dataFolder: folder, daemon, log: silentLogger });
  onTestFinished(() => control?.close());
  expect(await runCli(["bench"], io, GOES_ON)).toBe(1);
  expect(io.err()).toMatch(/while there is work: 1 open job/);
  expect(calls(/create$/)).toEqual([]);
});

test("bench says which image is missing, and which pool there is instead", async () => {
  const { io } = await world({ hasImage: false });
  expect(await runCli(["bench"], io, GOES_ON)).toBe(1);
  expect(io.err()).toMatch(/not on this machine[^]*docker pull/);
  expect(await runCli(["bench", "--pool", "nass"], io, GOES_ON)).toBe(2);
  expect(io.err()).toMatch(/no pool nass[^]*nas/);
});
