import type { Mutation } from "./mutation.ts";

/** Breaks of what is asked of GitHub, and of what sweeps make of the answers. */
export const GITHUB_MUTATIONS: readonly Mutation[] = [
  {
    breaks: "promise 20: a call that was refused is not made again with the token that took its place",
    file: "agent/github/http/rest.ts",
    search: "if (!isUnauthorized(error) || !this.#tokens.refused(first)) throw error;",
    replace: "throw error;",
    foundBy: ["github"],
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
    breaks: "the agent reports nothing of what GitHub has and no webhook told of",
    file: "agent/daemon/missed-webhooks.ts",
    search: "jobs += 1;",
    replace: "",
    foundBy: ["daemon"],
  },
];
