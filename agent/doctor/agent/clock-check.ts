import { ageText } from "../../../shared/text/age-text.ts";
import { Skipped, type Finding } from "../check/check.ts";

const WARN_MS = 60_000;
/** The runner's listener takes tokens that are that far off for invalid. */
const FAIL_MS = 5 * 60_000;

/** Somebody else's clock, read once. Times in milliseconds since the epoch. */
export interface ClockReading {
  readonly whose: string;
  readonly theirsMs: number;
  /** When the answer came, by this machine's clock. */
  readonly oursMs: number;
}

/** How far this machine's clock is off, by GitHub's `Date` header and the edge's own clock; the least of them counts. */
export function judgeClock(readings: readonly ClockReading[]): Finding {
  const skews = readings.map(({ whose, theirsMs, oursMs }) => ({ whose, skewMs: oursMs - theirsMs }));
  const [least] = skews.toSorted((a, b) => Math.abs(a.skewMs) - Math.abs(b.skewMs));
  if (least === undefined)
    throw new Skipped(
      "neither GitHub nor the edge tells the time",
      "github-host",
      "github-token",
      "edge-reachable",
      "config-pools",
    );
  const { whose, skewMs } = least;
  const off = Math.abs(skewMs);
  if (off <= WARN_MS)
    return { status: "pass", summary: `this machine's clock agrees with ${whose} to ${ageText(Math.max(1000, off))}` };
  const summary = `this machine's clock is ${ageText(off)} ${skewMs > 0 ? "ahead of" : "behind"} that of ${whose}`;
  return {
    status: off > FAIL_MS ? "fail" : "warn",
    summary: off > FAIL_MS ? `${summary}: runners are refused` : summary,
    remedy: "set the clock by NTP: timedatectl set-ntp true; on a NAS in its regional options",
  };
}
