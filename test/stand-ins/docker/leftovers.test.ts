import { expect, test } from "vitest";

import { answersSchema, type Kept } from "./engine-inventory.ts";
import { changesBetween, leftBy, unmarkedVolumes } from "./leftovers.ts";
import { markOfFile, marksIn, suiteName } from "./suite-names.ts";

const kept = (kind: Kept["kind"], name: string, labels: Kept["labels"] = {}): Kept => ({
  kind,
  id: `${kind} ${name}`,
  names: [name],
  labels,
});
const FILE = markOfFile("test/a.engine.test.ts");
const OURS = `htab12${FILE}-0001`;

test.each([
  ["a container by its name", kept("container", `hookline-${OURS}--small-x1`)],
  ["a container by its label", kept("container", "angry_turing", { "hookline.instance": OURS })],
  ["a volume by its name", kept("volume", `hookline-${OURS}--one--tools`)],
  ["a network by its name", kept("network", OURS)],
  ["an image by its label", kept("image", "<none>", { "hookline.test": OURS })],
])("%s that a test file left on the engine is found", (_, left) => {
  expect(leftBy([left], { run: "ab12" })).toEqual([left]);
  expect(leftBy([left], { run: "ab12", file: FILE })).toEqual([left]);
});

test("what other files, other runs and other users of the engine make is not its affair", () => {
  const others = [
    kept("container", `hookline-htab12${markOfFile("test/b.engine.test.ts")}-0001--small-x1`),
    kept("container", `hookline-htzz99${FILE}-0001--small-x1`),
    kept("container", "hookline-nas--small-x1"),
    kept("volume", "media_data", { "com.docker.compose.project": "media" }),
  ];
  expect(leftBy(others, { run: "ab12", file: FILE })).toEqual([]);
});

test("on an engine of the tests' own every change counts, volumes without a name included", () => {
  const before = [kept("image", "base:1"), kept("volume", "data")];
  const anonymous: Kept = { kind: "volume", id: "f".repeat(64), names: ["f".repeat(64)], labels: {} };
  expect(changesBetween(before, before)).toEqual([]);
  expect(changesBetween(before, [kept("image", "base:1"), anonymous])).toEqual([
    `+ volume ${"f".repeat(64)}`,
    "- volume data",
  ]);
  expect(unmarkedVolumes(before, [...before, anonymous])).toEqual([anonymous]);
});

test("a name carries the mark of its run and file, and fits an agent's instance", () => {
  const name = suiteName();
  expect(name).toMatch(/^[a-z0-9-]{1,16}$/);
  expect(marksIn(`hookline-${name}--pool-x`)).toHaveLength(1);
  expect(marksIn("night0000-abcd htab-12")).toEqual([]);
});

test("answers of an engine are read as they come, with nothing in them", () => {
  const empty = { containers: [], volumes: { Volumes: null }, networks: [], images: [] };
  expect(answersSchema.parse(empty)).toEqual([]);
});
