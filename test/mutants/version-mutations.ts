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
];
