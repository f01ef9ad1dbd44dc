/** Which check is about the cause of a pool's pause: each cause is reported once. */
export function checkOfPause(code: string): "room" | "slots-outcome" | "pools" {
  if (code === "slot-no-room") return "room";
  return code === "exited-without-job" || code === "never-online" ? "slots-outcome" : "pools";
}
