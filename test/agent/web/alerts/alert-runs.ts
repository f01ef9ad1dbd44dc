import { queuedSignal } from "../../../samples/signal.ts";
import { DAY_MS, MINUTE_MS, type Household, type HouseholdOptions } from "./household.ts";

/** How a household comes to what an alert asks about. */
export interface AlertRun {
  readonly given?: HouseholdOptions;
  /** What goes wrong after the first scrape; nothing where time alone brings it about. */
  readonly trouble?: (world: Household) => void | Promise<void>;
  /** When the alert has fired. */
  readonly minutes: number;
  /** Alerts that the same trouble sets off. */
  readonly others?: readonly string[];
}

/** One run for each alert of config/prometheus/alerts.yaml. */
export const ALERT_RUNS: Readonly<Record<string, AlertRun>> = {
  HooklineAway: { trouble: ({ web }) => web.close(), minutes: 8 },
  HooklineJobWaits: {
    trouble: async ({ queue }) => {
      await queue(null);
      await queue(null);
    },
    minutes: 34,
  },
  HooklineLinkDown: { trouble: ({ way }) => way.cut(), minutes: 8 },
  HooklineSweepsStale: {
    trouble: ({ github }) => {
      const fault = {
        kind: "status",
        status: 403,
        message: "Resource not accessible by personal access token",
      } as const;
      github.misbehave({ operation: /list-workflow-runs|list-jobs/, fault });
    },
    minutes: 24,
  },
  HooklineDeliveriesRefused: {
    trouble: async ({ github, hook, queue }) => {
      github.editHook(hook.id, { secret: "another one" });
      for (let n = 0; n < 4; n += 1) await queue(1000);
    },
    minutes: 24,
  },
  HooklineSignalsWait: {
    trouble: async ({ journalSql, queue }) => {
      journalSql.full = true;
      await queue(1000);
    },
    minutes: 14,
    others: ["HooklineLinkDown"],
  },
  HooklineDeadLetters: {
    trouble: ({ mailbox }) => void mailbox.accept(queuedSignal(1, { action: 7 as never })),
    minutes: 7,
  },
  HooklineDockerDown: { trouble: ({ engine }) => engine("local")[Symbol.asyncDispose](), minutes: 5 },
  HooklineEngineDown: {
    given: { engines: ["local", "mini"] },
    trouble: ({ engine }) => engine("mini")[Symbol.asyncDispose](),
    minutes: 5,
  },
  HooklineSlotsFail: {
    trouble: async ({ engine, queue }) => {
      engine("local").refuseContainers("no space left on device");
      await queue(1000);
    },
    minutes: 15,
  },
  HooklineQuotaLow: { trouble: ({ github, token }) => github.setRateLimit(token, 450), minutes: 8 },
  HooklineDiskLow: { trouble: ({ disk }) => void (disk.freeBytes = disk.totalBytes / 20), minutes: 12 },
  HooklineImageOld: { given: { imageAgeMs: 23 * DAY_MS - 3 * MINUTE_MS }, minutes: 6 },
  HooklineTokenEnds: { given: { tokenLeftMs: 14 * DAY_MS + 3 * MINUTE_MS }, minutes: 6 },
};
