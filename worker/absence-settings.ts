import type { WatchdogOptions, WatchdogRules } from "../shared/edge/watchdog.ts";
import type { Settings } from "./settings.ts";
import type { AbsenceTarget } from "./tell-absence.ts";

/** To whom the agent's absence is told; null where nobody is. */
export function absenceTarget({
  HOOKLINE_WATCHDOG: receiver,
  HOOKLINE_WATCHDOG_SECRET: secret,
}: Settings): AbsenceTarget | null {
  return receiver === undefined ? null : { receiver, secret: secret ?? null };
}

/** When it is told. */
export function watchdogRules(settings: Settings): WatchdogRules & Pick<WatchdogOptions, "fleet"> {
  const { HOOKLINE_WATCHDOG_MINUTES: minutes, HOOKLINE_WATCHDOG_SILENCE_HOURS: hours } = settings;
  return {
    fleet: settings.HOOKLINE_FLEET,
    afterMs: minutes * 60_000,
    silenceMs: hours === 0 ? null : hours * 60 * 60_000,
  };
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#unique-identifier */
export const newId = (): string => `msg_${crypto.randomUUID()}`;
