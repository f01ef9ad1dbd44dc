import { expect, onTestFinished, test } from "vitest";

import { systemClock } from "../../../../agent/clock/system-clock.ts";
import { DockerClient } from "../../../../agent/docker/docker-client.ts";
import { NO_PROXY } from "../../../../agent/settings/own-proxy.ts";
import { SwarmSlotProvider } from "../../../../agent/slots/swarm/swarm-provider.ts";
import { FakeEngine, json } from "../../../stand-ins/docker/fake-engine.ts";
import { calm, JIT_CONFIG, keepingLogger, poolOf, specOf } from "../../../stand-ins/docker/slot-fixtures.ts";

interface World {
  /** Of the one task. */
  task: { readonly State: string; readonly Err?: string };
  node: string;
  labels: Record<string, string>;
}

/** A manager with one service at most, whose task is as the test says. */
async function manager(world: World, isManager = true) {
  let made: { Name: string; Labels: Record<string, string> } | null = null;
  const engine = await FakeEngine.start({
    info: { Swarm: { ControlAvailable: isManager } },
    answer: ({ method, path, body }, response) => {
      if (path === "/services/create") {
        made = JSON.parse(body) as { Name: string; Labels: Record<string, string> };
        json(response, 201, { ID: "s1" });
      } else if (method === "DELETE") {
        made = null;
        response.end();
      } else if (path === "/tasks") {
        json(response, 200, [{ ServiceID: "s1", NodeID: world.node, Status: world.task }]);
      } else if (path === "/services" || path === "/nodes") {
        const one = made === null ? [] : [{ ID: "s1", Spec: made }];
        json(response, 200, path === "/nodes" ? [] : one);
      } else if (path.startsWith("/services/")) {
        const Labels = { ...made?.Labels, ...world.labels };
        if (made === null) json(response, 404, { message: "service not found" });
        else json(response, 200, { ID: "s1", Spec: { Name: made.Name, Labels } });
      } else return false;
      return true;
    },
  });
  onTestFinished(() => engine.stop());
  const client = new DockerClient(engine.host);
  onTestFinished(() => client.close());
  const { log, lines } = keepingLogger();
  const provider = new SwarmSlotProvider({
    client,
    engine: "house",
    instance: "mine",
    folderId: null,
    proxy: NO_PROXY,
    clock: systemClock,
    random: () => 0.1,
    log,
  });
  return { engine, provider, lines };
}

const running = (): World => ({ task: { State: "running" }, node: "n1", labels: {} });

test("a slot is a service of one task that is restarted never, with its limits kept for it and its credential alone", async () => {
  const { engine, provider, lines } = await manager(running());
  const placement = { constraints: ["node.labels.disk==ssd"], spread: ["node.labels.rack"] };
  const pool = poolOf({ placement, resources: { memoryBytes: 2 ** 31, cpus: 1.5, pidsLimit: 99 }, network: "host" });
  await provider.start(specOf(pool, { name: "slot-a" }), calm());
  const body: unknown = JSON.parse(engine.requests.find(({ path }) => path === "/services/create")?.body ?? "{}");
  const kept = { MemoryBytes: 2 ** 31, NanoCPUs: 1_500_000_000 };
  expect(body).toMatchObject({
    Name: "slot-a",
    Labels: { "hookline.instance": "mine", "hookline.pool": "small" },
    Mode: { Replicated: { Replicas: 1 } },
    TaskTemplate: {
      RestartPolicy: { Condition: "none" },
      Resources: { Reservations: kept, Limits: { ...kept, Pids: 99 } },
      Placement: {
        Constraints: placement.constraints,
        Preferences: [{ Spread: { SpreadDescriptor: "node.labels.rack" } }],
      },
      Networks: [{ Target: "host" }],
      ContainerSpec: { Labels: { "hookline.instance": "mine" }, Args: ["/home/runner/run.sh"] },
    },
  });
  expect(lines.join()).not.toContain(JIT_CONFIG);
});

test("a task that finds no room is told as such, and by that reason once its time is up; nothing is left of it", async () => {
  const why = "no suitable node (insufficient resources on 3 nodes)";
  const { engine, provider, lines } = await manager({ task: { State: "pending", Err: why }, node: "", labels: {} });
  const limit = new AbortController();
  const told: (string | null)[] = [];
  const started = provider.start(specOf(poolOf()), limit.signal, (waitsFor) => void told.push(waitsFor));
  const refused = expect(started).rejects.toMatchObject({ code: "no-node", message: `no room on any node: ${why}` });
  await expect.poll(() => lines.join()).toContain(`no room on any node: ${why}`);
  limit.abort(new Error("too late"));
  await refused;
  expect(engine.calls).toContain("DELETE /services/s1");
  expect(new Set(told)).toEqual(new Set([why]));
});

test("a task that ends before it runs fails with what its node says, and is removed", async () => {
  const world = { task: { State: "rejected", Err: "No such image" }, node: "n1", labels: {} };
  const { engine, provider } = await manager(world);
  const started = provider.start(specOf(poolOf()), calm());
  await expect(started).rejects.toMatchObject({
    code: "start-failed",
    message: expect.stringMatching(/No such image/),
  });
  expect(engine.calls).toContain("DELETE /services/s1");
});

test("promise 12: a service of another instance is neither stopped nor removed", async () => {
  const world = running();
  const { engine, provider } = await manager(world);
  await provider.start(specOf(poolOf(), { name: "slot-a" }), calm());
  world.labels = { "hookline.instance": "theirs" };
  await provider.stop("slot-a", 40_000, calm());
  await provider.remove("slot-a", calm());
  expect(engine.calls.filter((call) => call.startsWith("DELETE"))).toEqual([]);
});

test("promise 6: a slot that is being stopped keeps its place until its task has ended, though its service is gone", async () => {
  const world = running();
  const { engine, provider } = await manager(world);
  await provider.start(specOf(poolOf(), { name: "slot-a" }), calm());
  const stopped = provider.stop("slot-a", 40_000, calm());
  await expect.poll(() => engine.calls).toContain("DELETE /services/s1");
  expect(await provider.list(calm())).toMatchObject([{ name: "slot-a", state: "running" }]);
  world.task = { State: "shutdown" };
  await stopped;
  expect(await provider.list(calm())).toEqual([]);
});

test("promise 8: a service whose task runs after all is not removed", async () => {
  const world = running();
  const { engine, provider } = await manager(world);
  await provider.start(specOf(poolOf(), { name: "slot-a" }), calm());
  await expect(provider.remove("slot-a", calm())).rejects.toMatchObject({ code: "rejected" });
  world.task = { State: "complete" };
  await provider.remove("slot-a", calm());
  expect(engine.calls.filter((call) => call.startsWith("DELETE"))).toHaveLength(1);
});

test("promise 8: a manager that cannot be asked has not said that a slot runs no job", async () => {
  const { engine, provider } = await manager(running());
  await provider.start(specOf(poolOf(), { name: "slot-a" }), calm());
  await engine.stop();
  await expect(provider.working("slot-a", calm())).rejects.toMatchObject({ code: "unreachable" });
});

test("an engine that is no manager gets no runner", async () => {
  const { provider } = await manager(running(), false);
  await expect(provider.admit("a", poolOf(), calm())).rejects.toMatchObject({ code: "host" });
});
