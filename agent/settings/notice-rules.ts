/** What may be wrong, by the rule that says so. */
export const NOTICE_RULES = [
  "job-waits",
  "link-down",
  "sweeps-stale",
  "deliveries-refused",
  "signals-wait",
  "dead-letters",
  "image-old",
  "image-refused",
  "docker-down",
  "slots-fail",
  "quota-low",
  "disk-low",
  "token-ends",
] as const;
export type NoticeRule = (typeof NOTICE_RULES)[number];
