import { BROKEN_AGENTS } from "./broken-agents.ts";
import { BROKEN_CREDENTIALS } from "./broken-credentials.ts";
import { BROKEN_CONTAINERS, BROKEN_ENGINES, BROKEN_NETWORKS } from "./broken-docker.ts";
import { BROKEN_EDGES } from "./broken-edges.ts";
import { BROKEN_FLEETS } from "./broken-fleets.ts";
import { BROKEN_HOOKS } from "./broken-hooks.ts";
import type { BrokenWorld } from "./broken-world.ts";

/** Every way in which the doctor's tests break a healthy world, by group. */
export const BROKEN_WORLDS: readonly (readonly [string, readonly BrokenWorld[]])[] = [
  ["edge", BROKEN_EDGES],
  ["credentials", BROKEN_CREDENTIALS],
  ["hooks", BROKEN_HOOKS],
  ["fleet", BROKEN_FLEETS],
  ["engine", BROKEN_ENGINES],
  ["containers", BROKEN_CONTAINERS],
  ["networks", BROKEN_NETWORKS],
  ["agent", BROKEN_AGENTS],
];
