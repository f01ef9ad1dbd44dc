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
];
