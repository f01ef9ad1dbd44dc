import type { Mutation } from "./mutation.ts";

/** Breaks of what the daemon says of itself: reasons, remedies, the document, the log. */
export const STATUS_MUTATIONS: readonly Mutation[] = [
  {
    breaks: "minutes on arm64 are priced as those on x64",
    file: "shared/costs/github-prices.ts",
    search: "prices.linux[architecture]",
    replace: "prices.linux.x64",
    foundBy: ["status", "page"],
  },
  {
    breaks: "minutes on a runner of a size are priced as those of its pool",
    file: "agent/daemon/machine-of-job.ts",
    search: "slot?.sizeLabels ?? sizeOf(serving, job)",
    replace: "[]",
    foundBy: ["daemon"],
  },
  {
    breaks: "promise 19: a pool is said to serve no more because one of its engines does not",
    file: "agent/status/pool-state.ts",
    search: "stopped.length < pool.engines.length)",
    replace: "stopped.length < 0)",
    foundBy: ["status"],
  },
  {
    breaks: "promise 19: a job that waits for a drained pool is said to wait for room",
    file: "shared/controller/wait-reason.ts",
    search: 'return { code: "draining", pool: key };',
    replace: 'return { code: "full", pools: [key] };',
    foundBy: ["controller", "status"],
  },
  {
    breaks: "promise 19: a job that a slot can take is said to wait for room, because others of its kind do",
    file: "shared/controller/wait-reason.ts",
    search: "if (slot !== undefined) return this.#coverReason(slot);",
    replace: "",
    foundBy: ["controller", "status"],
  },
  {
    breaks: "promise 19: a machine without room is said to be a pause that passes",
    file: "shared/controller/wait-reason.ts",
    search: 'const NO_ROOM = "slot-no-room";',
    replace: 'const NO_ROOM = "nothing";',
    foundBy: ["controller", "status"],
  },
  {
    breaks: "promise 19: a refusal that stays is said to pass by itself",
    file: "shared/controller/wait-remedy.ts",
    search: "const passes = why === RATE_LIMITED ||",
    replace: "const passes = true ||",
    foundBy: ["status"],
  },
  {
    breaks: "promise 17: the status document reads what has ended",
    file: "agent/status/agent-status.ts",
    search: "const cursor = journal.cursor();",
    replace:
      "const cursor = (journal as unknown as { signals(): object[] }).signals().length < 0 ? null : journal.cursor();",
    foundBy: ["status"],
  },
  {
    breaks: "promise 15: the status document stretches spans by the clock that was set",
    file: "agent/status/agent-status.ts",
    search: "    control.noticeClock();\n    const atMs = clock.now();",
    replace: "    const atMs = clock.now();",
    foundBy: ["status"],
  },
  {
    breaks: "promise 14: why asks GitHub for a bare number without end",
    file: "agent/why/find-job.ts",
    search: "if (left() <= 0) break;",
    replace: "",
    foundBy: ["status"],
  },
  {
    breaks: "promise 18: a repository's name forges a line of the log at a terminal",
    file: "shared/text/printable.ts",
    search: "return text.replaceAll(UNPRINTABLE, escapeOf);",
    replace: "return text;",
    foundBy: ["status"],
  },
  {
    breaks: "a report tells the wait of the median as that of 95 of 100",
    file: "agent/report/report.ts",
    search: "boundOf(waits, 0.95)",
    replace: "boundOf(waits, 0.5)",
    foundBy: ["status"],
  },
  {
    breaks: "a report leaves out the jobs that were folded into their days",
    file: "agent/journal/finished-days.ts",
    search: "sumOf([...folded, ...open])",
    replace: "sumOf(open)",
    foundBy: ["status"],
  },
];
