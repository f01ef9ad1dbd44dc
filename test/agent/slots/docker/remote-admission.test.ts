import { expect, onTestFinished, test } from "vitest";

import { DockerClient } from "../../../../agent/docker/docker-client.ts";
import { RemoteAdmission } from "../../../../agent/slots/docker/remote-admission.ts";
import { poolOf } from "../../../shared/controller/world.ts";
import { FakeEngine, json } from "../../../stand-ins/docker/fake-engine.ts";

const GIB = 2 ** 30;
const MACHINE = { memoryBytes: 8 * GIB };
const signal = new AbortController().signal;
const big = poolOf({ resources: { memoryBytes: 3 * GIB } });

/** A machine of 8 GiB on which containers with these limits run; 0 is none. */
async function machine(limits: Readonly<Record<string, number>>) {
  const engine = await FakeEngine.start({
    answer: ({ path, query }, response) => {
      if (path === "/containers/json") {
        expect(JSON.parse(query.get("filters") ?? "")).toEqual({ status: ["running"] });
        json(
          response,
          200,
          Object.keys(limits).map((name) => ({ Id: name, Names: [`/${name}`], State: "running" })),
        );
        return true;
      }
      const [, name = ""] = /^\/containers\/(\w+)\/json$/.exec(path) ?? [];
      if (!(name in limits)) return false;
      const State = { Status: "running", ExitCode: 0 };
      json(response, 200, { Id: name, Name: `/${name}`, Config: {}, State, HostConfig: { Memory: limits[name] } });
      return true;
    },
  });
  onTestFinished(() => engine.stop());
  const client = new DockerClient(engine.host);
  onTestFinished(() => client.close());
  return { engine, room: new RemoteAdmission({ engine: "mini", minFreeMemoryBytes: GIB }, client) };
}

test("another machine has what its memory is less the limits of what runs there, whoever made it", async () => {
  const { room } = await machine({ database: 4 * GIB });
  await room.admit("a", big, MACHINE, signal);
  const refused = room.admit("b", big, MACHINE, signal);
  await expect(refused).rejects.toMatchObject({ code: "no-room", message: expect.stringContaining("engine mini") });
  room.release("a");
  await room.admit("b", big, MACHINE, signal);
});

test("a container without a limit counts as the floor, and so does a slot of a pool without one", async () => {
  const { room } = await machine({ one: 0, two: 0, three: 0, four: 0, five: 0 });
  await room.admit("a", poolOf(), MACHINE, signal);
  await room.admit("b", poolOf(), MACHINE, signal);
  await expect(room.admit("c", poolOf(), MACHINE, signal)).rejects.toMatchObject({ code: "no-room" });
});

test("a slot whose container runs is counted once, as one of those that run there", async () => {
  const { room } = await machine({ a: 3 * GIB });
  await room.admit("a", big, MACHINE, signal);
  await room.admit("b", big, MACHINE, signal);
  room.started("a");
  await expect(room.admit("c", big, MACHINE, signal)).rejects.toMatchObject({ code: "no-room" });
});

test("a machine that holds nothing else takes a slot that is larger than it is", async () => {
  const { room } = await machine({});
  await room.admit("a", poolOf({ resources: { memoryBytes: 16 * GIB } }), MACHINE, signal);
});

test("the limit of a container is asked for once, and what the machine has not at all", async () => {
  const { engine, room } = await machine({ database: GIB });
  await room.admit("a", poolOf(), MACHINE, signal);
  await room.admit("b", poolOf(), MACHINE, signal);
  expect(engine.calls.filter((call) => call === "GET /containers/database/json")).toHaveLength(1);
  expect(engine.calls).not.toContain("GET /info");
});
