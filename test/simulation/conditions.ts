/** What is wrong with GitHub's REST API while a fault lasts. */
export type GitHubTrouble =
  | "unavailable"
  | "rate-limited"
  | "lost-answers"
  | "name-taken"
  | "stale"
  | "partial"
  | "idle-lies";

/** Everything that can be wrong with the world, as it is at this moment. */
export interface Conditions {
  /** Share of deliveries that are lost, sent twice, and the longest delay of one. */
  loseDeliveries: number;
  repeatDeliveries: number;
  deliveryDelayMs: number;
  edgeDown: boolean;
  mailboxFails: boolean;
  linkSlowMs: number;
  /** Nothing passes on the link and nobody is told. */
  linkHalfOpen: boolean;
  diskFull: boolean;
  dockerDown: boolean;
  dockerFull: boolean;
  dockerSlowMs: number;
  /** Runners start and never reach GitHub. */
  runnersDeaf: boolean;
  github: GitHubTrouble | null;
}

export function calm(): Conditions {
  return {
    loseDeliveries: 0,
    repeatDeliveries: 0,
    deliveryDelayMs: 0,
    edgeDown: false,
    mailboxFails: false,
    linkSlowMs: 0,
    linkHalfOpen: false,
    diskFull: false,
    dockerDown: false,
    dockerFull: false,
    dockerSlowMs: 0,
    runnersDeaf: false,
    github: null,
  };
}
