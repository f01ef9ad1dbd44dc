/** What GitHub is told of a signal that the mailbox has turned away, by why it has. */
export const FOREIGN_REASONS = {
  owner: "no pool serves this repository",
  labels: "no pool has these labels",
} as const;
