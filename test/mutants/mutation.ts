/** What must find a mutation: the tests of a folder or a project, or the simulation. */
export type Suite =
  | "simulation"
  | "crash"
  | "worker"
  | "prices"
  | "standalone"
  | "rules"
  | "controller"
  | "daemon"
  | "control"
  | "house"
  | "journal"
  | "mailbox"
  | "link"
  | "edge"
  | "upgrade"
  | "doctor"
  | "github"
  | "notices"
  | "settings"
  | "receiver"
  | "facts"
  | "page"
  | "alerts"
  | "status";

/** One way to break a promise on purpose: `search` stands in `file` once, and is replaced. */
export interface Mutation {
  readonly breaks: string;
  readonly file: string;
  readonly search: string;
  readonly replace: string;
  /** Each of these must find it by itself. */
  readonly foundBy: readonly Suite[];
}
