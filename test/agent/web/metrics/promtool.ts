import { spawnSync } from "node:child_process";

/** Whether Prometheus' own checker is here; where it is required, its absence is a failure of the tests that ask. */
export const HAS_PROMTOOL = spawnSync("promtool", ["--version"]).status === 0;

if (!HAS_PROMTOOL) {
  if (process.env["HOOKLINE_REQUIRE_PROMTOOL"] === "1") throw new Error("promtool is required and not installed");
  process.stderr.write("promtool is not installed (Debian's package prometheus): its checks are skipped\n");
}

/** Runs promtool; what it prints, if it finds anything wrong, else null. */
export function promtool(words: readonly string[], input = ""): string | null {
  const { status, stdout, stderr } = spawnSync("promtool", words, { input, encoding: "utf8" });
  return status === 0 ? null : `${stdout}${stderr}`;
}
