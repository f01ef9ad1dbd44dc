import type { Mutation } from "./mutation.ts";

/** Breaks of the daemon and of what the doctor says of it. */
export const AGENT_MUTATIONS: readonly Mutation[] = [
  {
    breaks: "promise 17: the ledger never forgets, and memory grows with history",
    file: "agent/daemon/agent.ts",
    search: 'forget: (atMs) => feed({ type: "forget", atMs }),',
    replace: "forget: () => undefined,",
    foundBy: ["daemon"],
  },
  {
    breaks: "promise 8: a runner that two quick inventories leave out is given up",
    file: "shared/controller/slot-book.ts",
    search: "export const LOST_AFTER_MS = 60_000;",
    replace: "export const LOST_AFTER_MS = 1000;",
    foundBy: ["controller"],
  },
  {
    breaks: "promise 6: the doctor does not count the containers of a pool",
    file: "agent/doctor/agent/slots-check.ts",
    search: "    ...overfull(fleet, containers),\n",
    replace: "",
    foundBy: ["doctor"],
  },
  {
    breaks: "rule 9: one repository's backlog is read whole before the others get a turn",
    file: "agent/sweeps/repository-rotation.ts",
    search: "return Math.max(LEAST_RUNS, share);",
    replace: "return Math.max(10_000, share);",
    foundBy: ["github"],
  },
  {
    breaks: "rule 9: a delivery log that was cut short counts as read",
    file: "agent/sweeps/delivery-sweep.ts",
    search: '    failures.cut(`deliveries of ${name}`, "the log is longer than one sweep reads");',
    replace: "",
    foundBy: ["github"],
  },
  {
    breaks: "rule 10: a redelivery that GitHub refused counts as asked for",
    file: "agent/sweeps/delivery-sweep.ts",
    search: "if (error instanceof GitHubError && isAnswered(error)) missed.reopen(guid);",
    replace: "",
    foundBy: ["github"],
  },
  {
    breaks: "rule 11: the new name of a repository is looked up and not served",
    file: "agent/daemon/renamed-repositories.ts",
    search: "      renamed(from, to);",
    replace: "",
    foundBy: ["daemon"],
  },
  {
    breaks: "rule 11: a write under an old name is given up at the redirect",
    file: "agent/github/http/rest.ts",
    search:
      "if (!KEEPS_METHOD.includes(answer.status) || location === null || !this.#api.isOwn(location)) return answer;",
    replace: "if (location !== undefined) return answer;",
    foundBy: ["daemon"],
  },
  {
    breaks: "rule 11: of two names of one repository the one that was told first wins",
    file: "shared/workflow-job/job-facts.ts",
    search: "repository: order === 0 && b.repository > a.repository ? b.repository : winner.repository,",
    replace: "",
    foundBy: ["facts"],
  },
  {
    breaks: "rule 12: every refusal is said to lack a permission",
    file: "agent/github/http/remedies.ts",
    search: "if (known !== undefined) return known[1];",
    replace: "if (known !== undefined) return permissionRemedy(headers, speaker);",
    foundBy: ["github"],
  },
  {
    breaks: "rule 13: a pool that names no group gets an inherited one",
    file: "agent/github/calls/runner-groups.ts",
    search: "const own = named.find(({ inherited }) => inherited !== true);",
    replace: "const own = named[0];",
    foundBy: ["github"],
  },
  {
    breaks: "promise 15: GitHub's stamps count as later than what was heard after them",
    file: "shared/controller/job-book.ts",
    search: "return facts.phaseAtMs <= atMs ? facts : { ...facts, phaseAtMs: atMs };",
    replace: "return facts;",
    foundBy: ["daemon"],
  },
  {
    breaks: "promise 20: runners of settings that were edited stay",
    file: "agent/daemon/fleet-changes.ts",
    search: '    for (const { name } of slots) feed({ type: "slot", atMs: clock.now(), name, change: "outdated" });',
    replace: "",
    foundBy: ["daemon"],
  },
  {
    breaks: "promise 20: a file that cannot be used takes the fleet away",
    file: "agent/daemon/fleet-file.ts",
    search: "      if (JSON.stringify(fleet) === JSON.stringify(this.#served))",
    replace: "      take({ ...fleet, pools: [] });\n      if (JSON.stringify(fleet) === JSON.stringify(this.#served))",
    foundBy: ["daemon"],
  },
];
