import type { Fleet } from "../../../shared/fleet/pool.ts";
import type { Status } from "../../../shared/status/status.ts";
import { shortage, type RoomRule } from "../../slots/docker/admission.ts";
import { Skipped, type Finding } from "../check/check.ts";
import { checkOfPause } from "./check-of-pause.ts";
import { countText } from "../../../shared/text/count-text.ts";

interface Short {
  readonly pool: string;
  readonly message: string;
  readonly remedy: string | undefined;
}

/**
 * Whether a slot of each pool would be let in now, by the rule that lets it in, and whether the daemon lets it in. What
 * running jobs of ours take comes back by itself, so that a house full of them only warns; `status` is null where no
 * daemon answers.
 */
export function judgeRoom({ pools }: Fleet, rule: RoomRule, status: Status | null): Finding {
  const measured = pools.flatMap((pool): Short[] => {
    const error = shortage(rule, pool, 0);
    return error === null ? [] : [{ pool: pool.key, message: error.message, remedy: error.remedy }];
  });
  const short = measured.length > 0 ? measured : heldBack(status);
  const [first] = short;
  if (first === undefined) return enough(rule);
  const slots = (status?.slots ?? []).filter(({ state }) => RUNS.has(state)).length;
  return {
    status: slots > 0 ? "warn" : "fail",
    summary: `no slot of ${short.map(({ pool }) => pool).join(", ")} would start: ${first.message}`,
    ...(slots > 0
      ? { detail: `${countText(slots, "slot runs", "slots run")}, and what they take comes back when their jobs end` }
      : {}),
    ...(first.remedy === undefined ? {} : { remedy: first.remedy }),
  };
}

/** @throws {Skipped} where nothing was measured, or nothing is asked of it */
function enough({ room, minFreeDiskBytes, minFreeMemoryBytes }: RoomRule): Finding {
  const measured = [
    ...(minFreeDiskBytes > 0 && room.freeDiskBytes() !== null ? ["disk"] : []),
    ...(minFreeMemoryBytes > 0 && room.freeMemoryBytes() !== null ? ["memory"] : []),
  ];
  if (measured.length === 0) throw new Skipped("neither disk nor memory of this machine is measured");
  return { status: "pass", summary: `there is ${measured.join(" and ")} for one more slot` };
}

/** States of a slot whose container takes memory. */
const RUNS: ReadonlySet<string> = new Set(["started", "online", "busy"]);

/** Pools that the daemon itself holds back for want of room. */
function heldBack(status: Status | null): readonly Short[] {
  return (status?.pools ?? []).flatMap(({ key, pauses, lastFailure }) => {
    if (!pauses.some(({ code }) => checkOfPause(code) === "room")) return [];
    const message = lastFailure?.message ?? "this machine is short of disk or memory";
    return [{ pool: key, message, remedy: lastFailure?.remedy ?? undefined }];
  });
}
