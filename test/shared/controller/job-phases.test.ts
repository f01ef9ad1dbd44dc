import { expect, test } from "vitest";

import { joinFacts } from "../../../shared/workflow-job/job-facts.ts";
import type { Phase } from "../../../shared/workflow-job/phase.ts";
import { tableOf } from "./spec-text.ts";
import { job, T0 } from "./world.ts";

type When = "older" | "same" | "newer";

/** What a job in each phase becomes when it is told a phase as of an older, the same or a newer time. */
const EXPECTED: Readonly<Record<Phase, Readonly<Record<Phase, Readonly<Record<When, Phase>>>>>> = {
  waiting: {
    waiting: always("waiting"),
    queued: { older: "waiting", same: "queued", newer: "queued" },
    in_progress: always("in_progress"),
    completed: always("completed"),
  },
  queued: {
    waiting: { older: "queued", same: "queued", newer: "waiting" },
    queued: always("queued"),
    in_progress: always("in_progress"),
    completed: always("completed"),
  },
  in_progress: {
    waiting: always("in_progress"),
    queued: always("in_progress"),
    in_progress: always("in_progress"),
    completed: always("completed"),
  },
  completed: {
    waiting: always("completed"),
    queued: always("completed"),
    in_progress: always("completed"),
    completed: always("completed"),
  },
};

function always(phase: Phase): Readonly<Record<When, Phase>> {
  return { older: phase, same: phase, newer: phase };
}

const OFFSET: Readonly<Record<When, number>> = { older: -1, same: 0, newer: 1 };
const PHASES = Object.keys(EXPECTED) as Phase[];
const CASES = PHASES.flatMap((state) =>
  PHASES.flatMap((told) =>
    (Object.keys(OFFSET) as When[]).map((when) => ({ state, told, when, next: EXPECTED[state][told][when] })),
  ),
);

test.each(CASES)("a job that is $state and is told $told ($when) becomes $next", ({ state, told, when, next }) => {
  const before = job(1, { phase: state });
  const news = job(1, { phase: told, phaseAtMs: T0 + OFFSET[when] });
  expect(joinFacts(before, news).phase).toBe(next);
  expect(joinFacts(news, before).phase).toBe(next);
});

test.each(PHASES)("a higher attempt that is %s wins over whatever the lower one says, in either order", (phase) => {
  for (const lower of PHASES) {
    const [before, news] = [job(1, { phase: lower, phaseAtMs: T0 + 9 }), job(1, { phase, attempt: 2 })];
    expect(joinFacts(before, news).phase).toBe(phase);
    expect(joinFacts(news, before).phase).toBe(phase);
  }
});

test("SPEC.md prints what jobs go by", () => {
  const [header = [], ...rows] = tableOf(["state", "waiting"]);
  expect(header.slice(1)).toEqual(PHASES);
  const words = (state: Phase, told: Phase): string => {
    const { older, newer } = EXPECTED[state][told];
    if (older === newer) return newer;
    return state === "waiting" ? `${newer}, unless older` : `${newer}, if newer`;
  };
  expect(rows).toEqual(PHASES.map((state) => [state, ...PHASES.map((told) => words(state, told))]));
});
