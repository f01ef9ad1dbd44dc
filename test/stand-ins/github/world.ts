import type { Clock, Random } from "../../../shared/clock/clock.ts";
import type { DeliveryFaults } from "./hooks/delivery-faults.ts";
import type { DeliveryLog } from "./hooks/delivery-log.ts";
import type { HookRegistry } from "./hooks/hook-registry.ts";
import type { Sender } from "./hooks/sender.ts";
import type { Faults } from "./rest/faults.ts";
import type { RateLimits } from "./rest/rate-limits.ts";
import type { Accounts } from "./state/accounts.ts";
import type { AppManifests } from "./state/app-manifests.ts";
import type { Apps } from "./state/apps.ts";
import type { Changes } from "./state/changes.ts";
import type { Dispatcher } from "./state/dispatcher.ts";
import type { Jobs } from "./state/jobs.ts";
import type { Account } from "./state/model.ts";
import type { PersonalTokens } from "./state/personal-tokens.ts";
import type { Releases } from "./state/releases.ts";
import type { Runners } from "./state/runners.ts";

/** All that the loopback GitHub knows and does. */
export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly changes: Changes;
  readonly accounts: Accounts;
  readonly apps: Apps;
  readonly manifests: AppManifests;
  readonly personalTokens: PersonalTokens;
  readonly rateLimits: RateLimits;
  readonly jobs: Jobs;
  readonly runners: Runners;
  readonly dispatcher: Dispatcher;
  readonly hooks: HookRegistry;
  readonly log: DeliveryLog;
  readonly sender: Sender;
  readonly faults: Faults;
  readonly deliveryFaults: DeliveryFaults;
  readonly releases: Releases;
  /** How far GitHub's own clock, as its answers tell it, is off; a test may change it. */
  dateSkewMs: number;
  /** In whose name events happen. */
  readonly actor: Account;
  /** Where the API is, without a slash at the end. */
  readonly apiUrl: string;
  /** Where runners find the service that gives them jobs. */
  readonly runnerUrl: string;
}
