import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const LINE = /figure: (\S+) (\{.*\})$/gm;

/**
 * Runs tests that print figures, and gives what they printed, by name; a name that is printed more than once has the
 * last. @throws what the runner says where one of them fails.
 */
export async function figuresOfTests({
  args,
  benches = false,
}: {
  readonly args: readonly string[];
  /** Whether they are files that `pnpm test` leaves out. */
  readonly benches?: boolean;
}): Promise<Record<string, unknown>> {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const env = {
    ...process.env,
    WRANGLER_SEND_METRICS: "false",
    CI: "true",
    NO_COLOR: "1",
    HOOKLINE_BENCH: benches ? "1" : "",
  };
  const { stdout, stderr } = await run(process.execPath, [vitest, "run", ...args], {
    cwd: root,
    env,
    maxBuffer: 1 << 26,
  });
  const found = [...`${stdout}\n${stderr}`.matchAll(LINE)];
  if (found.length === 0) throw new Error(`no figure was printed by vitest run ${args.join(" ")}`);
  return Object.fromEntries(found.map(([, name = "", json = ""]) => [name, JSON.parse(json) as unknown]));
}
