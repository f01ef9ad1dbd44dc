/** What is wrong with GitHub's REST API while a fault lasts. */
export type GitHubTrouble =
  | "unavailable"
  | "rate-limited"
  | "lost-answers"
  | "name-taken"
  | "stale"
  | "partial"
  | "idle-lies"
  /** Lists call busy runners idle, and DELETE takes them away: https://github.com/actions/runner/issues/4422 */
  | "both-lie"
  /** Lists of jobs are empty, though each job can be read by its id. */
  | "empty-lists";

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
  /** The same of the machine beside the NAS, where there is one. */
  secondDown: boolean;
  /** The manager of a swarm takes calls and answers none. */
  managerHangs: boolean;
  dockerFull: boolean;
  dockerSlowMs: number;
  /** The engine takes long to say that it cannot remove what has ended: https://github.com/home-assistant/supervisor/issues/4568 */
  removalsFail: boolean;
  /** Containers whose runner has ended go on, and their exit reaches nobody: https://github.com/moby/moby/issues/53189 */
  containersHang: boolean;
  /** Runners start and never reach GitHub. */
  runnersDeaf: boolean;
  /**
   * GitHub lists the runners that come online as idle and gives them no job, then or later:
   * https://github.com/actions/runner/issues/676, https://github.com/actions/runner/issues/4617
   */
  runnersPassedOver: boolean;
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
    secondDown: false,
    managerHangs: false,
    dockerFull: false,
    dockerSlowMs: 0,
    removalsFail: false,
    containersHang: false,
    runnersDeaf: false,
    runnersPassedOver: false,
    github: null,
  };
}
