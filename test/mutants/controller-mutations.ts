import type { Mutation } from "./mutation.ts";

const ALLOCATION = "shared/controller/allocation.ts";
const JOB_BOOK = "shared/controller/job-book.ts";
const PLAN = "shared/controller/plan.ts";
const POOL_BOOK = "shared/controller/pool-book.ts";
const RETIREMENT = "shared/controller/retirement.ts";
const SLOT_BOOK = "shared/controller/slot-book.ts";
const TRANSITIONS = "shared/controller/slot-transitions.ts";
const MANAGER = "agent/slots/slot-manager.ts";

/** Another defence keeps the promise all the same: what breaks is found by the tests of the rule alone. */
const RULES = ["rules"] as const;

/** Breaks of what the agent decides. */
export const CONTROLLER_MUTATIONS: readonly Mutation[] = [
  {
    breaks: "promise 4: a late queued brings a finished job back",
    file: "shared/workflow-job/job-facts.ts",
    search: "in_progress: 1, completed: 2 };",
    replace: "in_progress: 1, completed: -1 };",
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 4: a job in progress is queued again by an old event",
    file: "shared/workflow-job/job-facts.ts",
    search: "const winner = comparePhase(a, b) >= 0 ? a : b;",
    replace: "const winner = b;",
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 5: sweeps are not fed to the controller",
    file: "agent/daemon/intake.ts",
    search: '{ type: "queue-sweep", atMs: nowMs, startedAtMs, jobs, absent }',
    replace: "",
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 5: a pool whose webhooks are lost backs off although its runners work",
    file: "shared/controller/slot-book.ts",
    search: 'if (answer === "gone") this.#pauses.worked(pool);',
    replace: "",
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 6: exited slots whose containers are still there take no place",
    file: POOL_BOOK,
    search: "    page.room -= 1;\n    if (!covers &&",
    replace: '    if (slot.state === "planned") page.room -= 1;\n    if (!covers &&',
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 6: a pool may start one slot too many",
    file: POOL_BOOK,
    search: "page === undefined || page.room <= 0",
    replace: "page === undefined || page.room < 0",
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 6: what runs already is not counted after a restart",
    file: "agent/daemon/agent.ts",
    search: 'this.#control.hold("adoption");',
    replace: "",
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 6: containers of an earlier process are not adopted",
    file: "agent/slots/adoption.ts",
    search: 'this.#feed(name, { change: "adopted",',
    replace: 'if (name === "") this.#feed(name, { change: "adopted",',
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 6: demand beyond the first start is not served",
    foundBy: RULES,
    file: ALLOCATION,
    search: "    queue.putBack(cursor);\n  }\n  return { starts, unplaced, starved };",
    replace: "  }\n  return { starts, unplaced, starved };",
  },
  {
    breaks: "promise 6: the warm minimum is not kept",
    file: PLAN,
    search: "    this.#keepWarm();\n",
    replace: "",
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 6: surplus slots stay for ever",
    file: RETIREMENT,
    search: 'if (reason === "surplus") return',
    replace: 'if (reason === "surplus") return null;\n  if (reason !== reason) return',
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 7: a job done elsewhere counts as the end of the slot that was made for it",
    foundBy: RULES,
    file: TRANSITIONS,
    search: 'const JOBS = { "job-running": "busy", "job-done": "spent" } as const;',
    replace: 'const JOBS = { "job-running": "spent", "job-done": "spent" } as const;',
  },
  {
    breaks: "promise 7: a busy slot still covers demand",
    file: "shared/controller/slot.ts",
    search: "  busy: false,\n",
    replace: "  busy: true,\n",
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 7: a slot that ended is not cleared, and keeps its place",
    file: "agent/slots/slot-exits.ts",
    search: 'feed(name, { change: "removed" });',
    replace: "",
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 8: the container is stopped although GitHub says that its runner is busy",
    file: MANAGER,
    search: 'if (answer === "busy") return this.#feed(name, { change: "kept", busy: true });',
    replace: "",
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 8: an idle reading outweighs a job in progress",
    foundBy: RULES,
    file: SLOT_BOOK,
    search: 'return runsJob ? undefined : step(slot, "idle", asOfMs);',
    replace: 'return step(slot, "idle", asOfMs);',
  },
  {
    breaks: "promise 8: a surplus slot goes without an inventory that lists it idle",
    foundBy: RULES,
    file: RETIREMENT,
    search: 'if (slot.state !== "online" || (slot.idleSeenAtMs ?? -1) < sinceMs) {',
    replace: "if (nowMs < sinceMs) {",
  },
  {
    breaks: "promise 9: one 404 about a job is enough, and it may be new",
    file: "shared/controller/job.ts",
    search: "return absentAtMs - absentSinceMs >= ABSENT_FOR_MS && absentAtMs - firstSeenMs >= LEAST_AGE_MS;",
    replace: "return absentAtMs >= firstSeenMs;",
    foundBy: RULES,
  },
  {
    breaks: "promise 9: a job that GitHub has forgotten stays in demand for ever",
    file: JOB_BOOK,
    search: "job.absentAtMs = atMs;",
    replace: "",
    foundBy: RULES,
  },
  {
    breaks: "promise 9: a job whose repository the credential may not see counts as gone",
    file: "agent/sweeps/job-questions.ts",
    search: "if (answer === true) shown.add(repository);",
    replace: "shown.add(repository);",
    foundBy: ["daemon"],
  },
  {
    breaks: "promise 9: a list that does not show a job ends it",
    file: "agent/sweeps/job-questions.ts",
    search: "job: await this.#options.github.readJob(repository, jobId, signal),",
    replace: "job: null,",
    foundBy: ["daemon"],
  },
  {
    breaks: "promise 15: a clock that is set stretches pauses and cooldowns by as much",
    file: "agent/daemon/control-loop.ts",
    search: 'ledger.apply({ type: "clock-set", atMs: clock.now(), byMs });',
    replace: "",
    foundBy: ["daemon"],
  },
  {
    breaks: "promise 15: sweeps wait for the time that the clock showed before",
    file: "agent/sweeps/sweep-loop.ts",
    search: "this.#dueAtMs = clock.monotonicMs() + intervalMs;",
    replace: "this.#dueAtMs = clock.now() + intervalMs;",
    foundBy: ["daemon"],
  },
  {
    breaks: "rule 3: a runner of other settings counts as one of the new ones",
    file: "agent/slots/adoption.ts",
    search: 'if (isOther) this.#feed(name, { change: "outdated" });',
    replace: "",
    foundBy: ["daemon"],
  },
  {
    breaks: "promise 8: GitHub's two words stop a container that says it runs a job",
    file: "agent/slots/slot-manager.ts",
    search: "return working === true;",
    replace: "return false;",
    foundBy: ["simulation"],
  },
  {
    breaks: "rule 7: one repository's refusal pauses its pool",
    file: "shared/controller/pool-pauses.ts",
    search: 'return code.startsWith("github-") ? scopeDomain(pool, scope) : poolDomain(pool);',
    replace: "return poolDomain(pool);",
    foundBy: ["controller"],
  },
  {
    breaks: "rule 8: a pool whose runners never come online does not back off",
    file: "shared/controller/slot-book.ts",
    search: "if (slot.retiring && wasNeverOnline(slot))",
    replace: "if (!slot.retiring && wasNeverOnline(slot))",
    foundBy: ["controller"],
  },
  {
    breaks: "rule 8: every doubtful runner is replaced at once",
    file: "shared/controller/slot.ts",
    search: "return new Set([...able.filter(covers), ...spared]);",
    replace: "return new Set(able.filter(covers));",
    foundBy: ["controller"],
  },
  {
    breaks: "rule 4: runners are listed only where the pools file says so",
    file: "agent/daemon/sweep-interests.ts",
    search: "otherScopes: () => slotScopes(options),",
    replace: "",
    foundBy: ["daemon"],
  },
  {
    breaks: "rule 7: one account's limit ends the sweeps of all",
    file: "agent/sweeps/sweep-loop.ts",
    search: "if (jobs.repositories.length > 0 || runners.some(({ complete }) => complete)) return 0;",
    replace: "",
    foundBy: ["daemon"],
  },
  {
    breaks: "rule 14: a slot that ended is replaced before GitHub has said what it did",
    file: "agent/slots/slot-exits.ts",
    search: "if (!isUnexplained(slot)) return this.#ended(name, exitCode);",
    replace: 'if (name !== "") return this.#ended(name, exitCode);',
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 9: old news starts a slot without a sweep",
    file: JOB_BOOK,
    search: "(known?.unconfirmed ?? true) && isStale(event),",
    replace: "(known?.unconfirmed ?? true) && event.atMs < 0,",
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 10: a fixed delay stands before the plan",
    file: "agent/daemon/control-loop.ts",
    search: "    queueMicrotask(() => {",
    replace: "    this.#options.clock.after(3000, () => {",
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 12: runners of another agent are cleaned away",
    file: "shared/controller/ghosts.ts",
    search: "if (!name.startsWith(this.#ownPrefix) || hasSlot(name)",
    replace: "if (hasSlot(name)",
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 12: runners of ours without a slot pile up at GitHub",
    file: PLAN,
    search: "    this.#cleanGhosts();\n",
    replace: "",
    foundBy: ["simulation"],
  },
  {
    breaks: "C7: a lost answer of the JIT call leaks its registration, and a 409 is retried under the same name",
    file: "agent/slots/slot-name.ts",
    search: 'ALPHABET[Math.floor(random() * ALPHABET.length)] ?? "a"',
    replace: 'ALPHABET[Math.floor(random() * 0)] ?? "a"',
    foundBy: ["simulation"],
  },
];
