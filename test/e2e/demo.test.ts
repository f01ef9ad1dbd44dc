import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { refusalOf } from "../demo/demo-swarm.ts";
import { DEMO, holds, report } from "./run-demo.ts";

test("the demo runs every job through the whole chain, with duplicates sent and no slot too many", async () => {
  holds(await report("--jobs", "6", "--rate", "20"), 6);
});

test("a burst of jobs gets a slot each", async () => {
  holds(await report("--jobs", "12", "--burst"), 12);
});

test("the demo through the standalone receiver does the same", async () => {
  holds(await report("--standalone", "--jobs", "6", "--rate", "20"), 6);
});

test.each([
  ["an option that there is not", ["--nonsense"]],
  ["no number of jobs", ["--jobs", "many"]],
  ["too many jobs", ["--jobs", "1000"]],
  ["both paces at once", ["--burst", "--rate", "3"]],
  ["slots in two places", ["--docker", "--swarm"]],
  ["a swarm to be made for no slots", ["--docker", "--init-swarm"]],
])("the demo refuses %s with exit code 2 and says where help is", async (_case, args) => {
  await expect(promisify(execFile)(process.execPath, [DEMO, ...args])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--help") as string,
  });
});

const active = { LocalNodeState: "active", ControlAvailable: true, Nodes: 1 };
test.each([
  ["is in none", { Swarm: { LocalNodeState: "inactive" } }, false, /--init-swarm makes one/],
  [
    "cannot be in one for live-restore",
    { Swarm: { LocalNodeState: "inactive" }, LiveRestoreEnabled: true },
    true,
    /Take live-restore/,
  ],
  ["is a worker of one", { Swarm: { ...active, ControlAvailable: false } }, true, /DOCKER_HOST/],
  ["shares one with others", { Swarm: { ...active, Nodes: 3 } }, true, /has 3 nodes/],
  ["has one that is locked", { Swarm: { LocalNodeState: "locked" } }, true, /swarm unlock/],
] as const)("the demo on a swarm refuses an engine that %s, and says what would help", (_case, info, mayInit, said) => {
  expect(refusalOf(info, mayInit)).toMatch(said);
});

test("the demo on a swarm takes an engine that is one by itself, and one that may become one", () => {
  expect(refusalOf({ Swarm: active }, false)).toBe(null);
  expect(refusalOf({ Swarm: { LocalNodeState: "inactive" } }, true)).toBe(null);
});
