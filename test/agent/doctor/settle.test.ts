import { expect, test } from "vitest";

import type { CheckAnswer, CheckStatus } from "../../../agent/doctor/check/check.ts";
import { settle } from "../../../agent/doctor/check/settle.ts";

const answer = (id: string, status: CheckStatus, more: Partial<CheckAnswer> = {}): CheckAnswer => ({
  id,
  group: "github",
  status,
  summary: id,
  ms: 1,
  ...more,
});

const shown = (...answers: readonly CheckAnswer[]): readonly string[] =>
  settle(answers).map(({ status, summary }) => `${status} ${summary}`);

test("a check that could not judge names the one that failed, over others that could not judge either", () => {
  expect(
    shown(
      answer("agent-running", "skip", { see: ["webhook-freshness"] }),
      answer("jobs-waiting", "skip", { see: ["agent-running", "agent-journal"] }),
      answer("webhook-freshness", "fail"),
      answer("agent-journal", "warn"),
    ),
  ).toEqual([
    "skip agent-running; see webhook-freshness",
    "skip jobs-waiting; see webhook-freshness",
    "fail webhook-freshness",
    "warn agent-journal",
  ]);
});

test("no check is named that found nothing wrong, or that was not asked", () => {
  expect(
    shown(
      answer("agent-sweep", "skip", { see: ["agent-journal"] }),
      answer("agent-journal", "pass"),
      answer("github-runners:acme", "skip", { see: ["edge-reachable"] }),
    ),
  ).toEqual([
    "skip agent-sweep",
    "pass agent-journal",
    "skip github-runners:acme; edge-reachable was not asked: hookline doctor asks all",
  ]);
});

test("two checks that wait for each other end", () => {
  expect(shown(answer("a", "skip", { see: ["b"] }), answer("b", "skip", { see: ["a"] }))).toEqual(["skip a", "skip b"]);
});

const HOSTS = ["api.github.com", "github.com", "ghcr.io"].map((host) => `github-host:${host}`);
const deaf = (id: string): CheckAnswer => answer(id, "fail", { fault: "names", remedy: "mend it" });

test("one name server that is down is one finding, whichever part needs names", () => {
  const results = settle([deaf("edge-reachable"), ...HOSTS.map(deaf)]);
  expect(results.filter(({ status }) => status === "fail").map(({ id }) => id)).toEqual([HOSTS[0]]);
  for (const { status, summary, remedy } of results.filter(({ id }) => id !== HOSTS[0])) {
    expect({ status, remedy }).toEqual({ status: "skip", remedy: undefined });
    expect(summary).toContain(`see ${HOSTS[0]}`);
  }
});

test("a name that does not resolve where others do is its own finding, and so is another kind of failure", () => {
  expect(shown(deaf("edge-reachable"), answer(HOSTS[0] ?? "", "pass"), deaf(HOSTS[1] ?? ""))).toEqual([
    "fail edge-reachable",
    `pass ${HOSTS[0]}`,
    `fail ${HOSTS[1]}`,
  ]);
  expect(shown(deaf("edge-reachable"), answer(HOSTS[0] ?? "", "fail", { fault: "line" }))).toEqual([
    "fail edge-reachable",
    `fail ${HOSTS[0]}`,
  ]);
});

test("what only the settling needs is in no report", () => {
  const [first, second] = settle([deaf("edge-reachable"), answer("x", "skip", { see: [] })]);
  expect(Object.keys({ ...first, ...second }).toSorted()).toEqual(["group", "id", "ms", "remedy", "status", "summary"]);
});
