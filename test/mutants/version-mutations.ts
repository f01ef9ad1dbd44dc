import type { Mutation } from "./mutation.ts";

/** What keeps releases beside each other, and what an operator holds back or has sent again. */
export const VERSION_MUTATIONS: readonly Mutation[] = [
  {
    breaks: "promise 1: a mailbox of a newer schema is written to by code that cannot read it",
    file: "shared/mailbox/migrations.ts",
    search: "if (version > MIGRATIONS.length) {",
    replace: "if (version < 0) {",
    foundBy: ["standalone", "worker", "upgrade"],
  },
  {
    breaks: "promise 16: a mailbox that cannot be opened ends the link without its reason",
    file: "shared/edge/mailbox-door.ts",
    search: "dismiss(socket, CLOSE.unavailable, host.message);",
    replace: "",
    foundBy: ["standalone", "worker", "upgrade"],
  },
  {
    breaks: "promise 1: what a release adds to the schema is added again after a rollback",
    file: "shared/mailbox/migrations.ts",
    search: 'take(sql, "additions", ADDITIONS, stepsTaken(sql, "additions"));',
    replace: 'take(sql, "additions", ADDITIONS, 0);',
    foundBy: ["upgrade"],
  },
  {
    breaks: "replay: so much is put back that the backlog is given up",
    file: "shared/mailbox/replay.ts",
    search: "const taken = dryRun ? due : due.slice(0, room);",
    replace: "const taken = due;",
    foundBy: ["mailbox"],
  },
  {
    breaks: "replay: what was put back is put back again by the next call",
    file: "shared/mailbox/replay.ts",
    search: "const upTo = Math.min(from?.upTo ?? acked, acked);",
    replace: "const upTo = acked;",
    foundBy: ["mailbox"],
  },
  {
    breaks: "replay: one that only counts puts signals back",
    file: "shared/mailbox/replay.ts",
    search: "if (!dryRun && taken.length > 0)",
    replace: "if (taken.length > 0)",
    foundBy: ["mailbox"],
  },
  {
    breaks: "replay: a delivery that was given up stays given up",
    file: "agent/journal/missed-deliveries.ts",
    search: "UPDATE missed_deliveries SET open = 1, asked = 0 WHERE delivered_at >= ?",
    replace: "UPDATE missed_deliveries SET asked = 0 WHERE delivered_at >= ?",
    foundBy: ["github"],
  },
  {
    breaks: "replay: GitHub's log is not read again",
    file: "agent/journal/missed-deliveries.ts",
    search: "this.#readTo.clear();",
    replace: "",
    foundBy: ["github"],
  },
  {
    breaks: "replay: nobody is told what the logs gave",
    file: "agent/sweeps/log-replay.ts",
    search: "for (const { reject } of waiting) reject(error);",
    replace: "",
    foundBy: ["github"],
  },
  {
    breaks: "replay: a signal that waits for the agent is put behind the others",
    file: "shared/mailbox/mailbox.ts",
    search: 'if (seq > this.acked() && !this.#dead.has(seq)) return "waiting";',
    replace: "",
    foundBy: ["mailbox"],
  },
];
