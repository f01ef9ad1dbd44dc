import type { Fleet } from "../../../shared/fleet/pool.ts";
import type { Status } from "../../../shared/status/status.ts";
import type { JournalFacts } from "../../journal/journal-facts.ts";
import type { RoomRule } from "../../slots/docker/admission.ts";
import { Skipped, type Check, type Finding } from "../check/check.ts";
import type { DaemonFacts } from "./daemon-facts.ts";
import { BY_JOURNAL, drainedByJournal, outcomesOfJournal } from "./last-word.ts";
import { judgeLoaded } from "./loaded-check.ts";
import { judgeOutcomes } from "./outcomes-check.ts";
import { judgePools } from "./pools-check.ts";
import { judgeRemains } from "./remains-check.ts";
import { onLocalEngine } from "../../../shared/fleet/local-pools.ts";
import { judgeRoom } from "./room-check.ts";
import { judgeWaiting } from "./waiting-check.ts";

export interface DaemonCheckOptions {
  readonly daemon: Pick<DaemonFacts, "status" | "statusOrNull">;
  readonly journal: JournalFacts | null;
  readonly fleet: Fleet | null;
  readonly configFile: string;
  readonly cwd: string;
  readonly room: RoomRule;
  readonly waitingTooLongMs: number;
  readonly nowMs: number;
}

/** What the daemon itself believes: whether a job that is queued now would get a runner, and why not. */
export function daemonChecks(options: DaemonCheckOptions): readonly Check[] {
  const { daemon, journal, fleet, nowMs } = options;
  const check = (id: string, run: Check["run"]): Check => ({ id, group: "agent", run });
  const byStatus = (id: string, judge: (status: Status) => Finding): Check =>
    check(id, async () => judge(await daemon.status()));
  /** What the journal knows too is asked of it while no daemon answers. */
  const orJournal = (id: string, judge: (status: Status) => Finding, last: (facts: JournalFacts) => Finding): Check =>
    check(id, async () => {
      const status = await daemon.statusOrNull();
      if (status !== null) return judge(status);
      return journal === null ? judge(await daemon.status()) : last(journal);
    });
  return [
    byStatus("jobs-waiting", (status) => judgeWaiting(status, options.waitingTooLongMs)),
    orJournal("pools", judgePools, drainedByJournal),
    byStatus("config-loaded", (status) => judgeLoaded(status, { fleet, file: options.configFile, cwd: options.cwd })),
    orJournal(
      "slots-outcome",
      ({ pools, atMs }) => judgeOutcomes(pools, atMs, null),
      (facts) => judgeOutcomes(outcomesOfJournal(facts), nowMs, BY_JOURNAL),
    ),
    check("room", async () => {
      if (fleet === null) throw new Skipped("no pools are known", "config-pools");
      const status = await daemon.statusOrNull();
      return judgeRoom(onLocalEngine(fleet), options.room, status);
    }),
    byStatus("corpses", judgeRemains),
  ];
}
