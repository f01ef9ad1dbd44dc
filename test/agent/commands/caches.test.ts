import { expect, onTestFinished, test } from "vitest";

import { runCli } from "../../../agent/commands/commands.ts";
import { FakeEngine, json } from "../../stand-ins/docker/fake-engine.ts";
import { fakeIo } from "./command-io.ts";

const GOES_ON = new AbortController().signal;
const NPM = "hookline-nas--nas--npm";
const OLD = "hookline-nas--gone--old";
const OTHERS = "hookline-nas-2--nas--npm";
const SLOT = "hookline-nas--nas-aaaaaaaaaa";

interface World {
  /** Which containers have which volume, as the list says. */
  readonly users?: Readonly<Record<string, readonly string[]>>;
  /** A volume whose DELETE is refused, though the list named nobody: somebody was quicker. */
  readonly taken?: string;
  /** A volume whose DELETE fails in the engine. */
  readonly stuck?: string;
  /** Whether the engine says nothing of volumes at all. */
  readonly tellsNone?: boolean;
}

async function world({ users = {}, taken, stuck, tellsNone = false }: World = {}) {
  const engine = await FakeEngine.start({
    answer: ({ method, path, query }, response) => {
      const [, volume = ""] = /^\/volumes\/(.+)$/.exec(path) ?? [];
      if (path === "/system/df" && tellsNone) json(response, 200, { LayersSize: 9 });
      else if (path === "/system/df") {
        const sized = (Name: string, Size: number) => ({ Name, UsageData: { Size, RefCount: -1 } });
        json(response, 200, { LayersSize: 9, Volumes: [sized(NPM, 1.5 * 2 ** 30), sized(OLD, -1), sized(OTHERS, 7)] });
      } else if (path === "/containers/json") {
        const [of = ""] = (JSON.parse(query.get("filters") ?? "{}") as { volume?: string[] }).volume ?? [];
        json(
          response,
          200,
          (users[of] ?? []).map((name) => ({ Id: name, Names: [`/${name}`], State: "running" })),
        );
      } else if (method === "DELETE" && volume !== "") {
        if (volume === stuck) json(response, 500, { message: "unlinkat: input/output error" });
        else
          json(response, volume === taken ? 409 : 204, volume === taken ? { message: "volume is in use" } : undefined);
      } else return false;
      return true;
    },
  });
  onTestFinished(() => engine.stop());
  const io = fakeIo({ DOCKER_HOST: `unix://${engine.host.socketPath}` });
  const deleted = () =>
    engine.requests
      .filter(({ method }) => method === "DELETE")
      .map(({ url }) => url.replace(/^\/v[\d.]+\/volumes\//, ""));
  return { io, deleted };
}

test("C-13: caches lists this instance's volumes with their sizes, who has them, and what no pool has any more", async () => {
  const { io } = await world({ users: { [NPM]: [SLOT] } });
  expect(await runCli(["caches"], io, GOES_ON)).toBe(0);
  expect(io.out().split("\n").slice(1, -1)).toEqual([
    expect.stringMatching(new RegExp(`^nas +npm +1.5 GiB +- +${SLOT} +not in the pools file$`)),
    expect.stringMatching(/^gone +old +\? +- +- +not in the pools file$/),
  ]);
  const scripted = { ...io, ...fakeIo({ ...(io.env as Record<string, string>) }) };
  expect(await runCli(["caches", "--json"], scripted, GOES_ON)).toBe(0);
  expect(scripted.json()).toEqual({
    ok: true,
    caches: [
      {
        pool: "nas",
        name: "npm",
        volume: NPM,
        sizeBytes: 1.5 * 2 ** 30,
        lastUsedAtMs: null,
        usedBy: [SLOT],
        configured: false,
      },
      { pool: "gone", name: "old", volume: OLD, sizeBytes: null, lastUsedAtMs: null, usedBy: [], configured: false },
    ],
  });
});

test("C-13, promise 12: prune removes what nothing uses, keeps the rest and names its user, and touches no other instance's", async () => {
  const { io, deleted } = await world({ users: { [NPM]: [SLOT] } });
  expect(await runCli(["caches", "prune", "--json"], io, GOES_ON)).toBe(0);
  expect([deleted(), io.json()]).toEqual([
    [OLD],
    { ok: true, removed: [OLD], kept: [{ volume: NPM, usedBy: [SLOT] }], failed: [], freedBytes: 0 },
  ]);
});

test("C-13: a cache that is named and in use is refused with the slot; exit 1", async () => {
  const { io, deleted } = await world({ users: { [NPM]: [SLOT] } });
  expect(await runCli(["caches", "prune", "npm"], io, GOES_ON)).toBe(1);
  expect([deleted(), io.out()]).toEqual([[], `kept ${NPM}: in use by ${SLOT}\n`]);
});

test("a volume that a job takes in the last moment is kept: the engine has the last word", async () => {
  const { io } = await world({ taken: NPM });
  expect(await runCli(["caches", "prune", "--pool", "nas"], io, GOES_ON)).toBe(0);
  expect(io.out()).toBe(`kept ${NPM}: in use by a container\n`);
});

test("promise 16: a volume that the engine cannot remove keeps no other; it is told with the reason, exit 1", async () => {
  const { io, deleted } = await world({ stuck: NPM });
  expect(await runCli(["caches", "prune", "--json"], io, GOES_ON)).toBe(1);
  expect(deleted()).toEqual([NPM, OLD]);
  const message = expect.stringContaining("input/output error") as string;
  expect(io.json()).toEqual({
    ok: false,
    removed: [OLD],
    kept: [],
    failed: [{ volume: NPM, message }],
    freedBytes: 0,
  });
  const { io: read } = await world({ stuck: NPM });
  expect(await runCli(["caches", "prune"], read, GOES_ON)).toBe(1);
  expect(read.out()).toMatch(new RegExp(`^removed old of gone: size not known\nnot removed ${NPM}: .*error`));
});

test("absence is no evidence: an engine that tells of no volumes at all is not one without caches", async () => {
  const { io } = await world({ tellsNone: true });
  expect(await runCli(["caches"], io, GOES_ON)).toBe(1);
  expect([io.out(), io.err()]).toEqual(["", expect.stringContaining("Volumes") as string]);
});

test.each<[string, readonly string[], RegExp]>([
  ["a cache that there is not", ["caches", "prune", "npn"], /no cache npn.*\nDid you mean npm\?/],
  ["a pool without caches", ["caches", "prune", "--pool", "gnoe"], /No pool gnoe has caches.*\nDid you mean gone\?/],
  ["a word too many", ["caches", "npm"], /Unexpected argument: npm/],
])("%s is exit 2, and nothing is removed", async (_case, args, message) => {
  const { io, deleted } = await world();
  expect(await runCli(args, io, GOES_ON)).toBe(2);
  expect([io.err(), deleted()]).toEqual([expect.stringMatching(message), []]);
});
