import { expect, test } from "vitest";

import { leftBehind, type Kept } from "./engine-inventory.ts";

const old: Kept = { kind: "container", id: "c1", names: ["hookline-nas--small-abc"], labels: {} };
const theirs: Kept = { kind: "volume", id: "data", names: ["data"], labels: { "com.docker.compose.project": "media" } };

test.each([
  [
    "a container by its label",
    { kind: "container", id: "c2", names: ["angry_turing"], labels: { "hookline.instance": "t" } },
  ],
  [
    "a volume by its name",
    { kind: "volume", id: "hookline-t--one--tools", names: ["hookline-t--one--tools"], labels: {} },
  ],
  ["a network by its name", { kind: "network", id: "n1", names: ["hookline-test-net"], labels: {} }],
  ["an image by its label", { kind: "image", id: "sha256:1", names: [], labels: { "hookline.test": "true" } }],
] as const satisfies readonly (readonly [string, Kept])[])(
  "%s that the tests left on the engine is named",
  (_, left) => {
    expect(leftBehind([old], [old, theirs, left])).toEqual([`${left.kind} ${left.names[0] ?? left.id}`]);
  },
);

test("what was there before, and what others make meanwhile, is not the tests' affair", () => {
  expect(leftBehind([old], [old, theirs])).toEqual([]);
  expect(leftBehind([old], [])).toEqual([]);
});
