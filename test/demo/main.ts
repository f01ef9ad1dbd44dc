import { HELP, readDemoOptions, type DemoOptions } from "./demo-options.ts";
import type { DemoReport, ReportedJob } from "./demo-report.ts";
import { timelineHead, timelineLine } from "./timeline-text.ts";

/** Exit codes as shells give them to who is ended by a signal. */
const INTERRUPTED = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
let interruptedWith: number | null = null;

// Nothing is left to wait for, whatever an interrupted start still holds open.
process.exit(await main());

async function main(): Promise<number> {
  const options = readDemoOptions(process.argv.slice(2));
  if ("wrong" in options) {
    process.stderr.write(`${options.wrong}\nSee pnpm demo --help\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const stop = new AbortController();
  // Each is taken for good: a second Ctrl-C would leave behind what the first one is clearing away.
  for (const [signal, code] of Object.entries(INTERRUPTED)) {
    process.on(signal, () => {
      process.stderr.write("\nThe demo ends and clears away what it made.\n");
      interruptedWith ??= code;
      stop.abort(new Error(`ended by ${signal}`));
    });
  }
  try {
    return await show(options, stop.signal);
  } catch (error) {
    if (interruptedWith !== null && error === stop.signal.reason) {
      process.stderr.write("Everything is cleared away.\n");
      return interruptedWith;
    }
    process.stderr.write(`The demo could not be run: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function show(options: DemoOptions, signal: AbortSignal): Promise<number> {
  // Loaded once it is needed: help and a wrong option are answered at once.
  const { runDemo } = await import("./run-demo.ts");
  const live = !options.json;
  if (live) process.stdout.write(`milliseconds since GitHub queued the job\n${timelineHead()}`);
  const onDone = (job: ReportedJob): void => void (live && process.stdout.write(timelineLine(job)));
  const report = await runDemo(options, onDone, signal);
  process.stdout.write(live ? summaryOf(report) : `${JSON.stringify(report)}\n`);
  return report.ok ? 0 : 1;
}

function summaryOf({ jobs, duplicatesSent, slotsCreated, slotsLeft, started, own, ok }: DemoReport): string {
  return [
    "",
    `${jobs.length} jobs, ${duplicatesSent} duplicates sent, ${slotsCreated} slots created, ${slotsLeft} left`,
    `slot started ${started.p50} ms after queued in the median, ${started.max} ms at worst`,
    `of that Hookline's own part: ${own.p50} ms in the median, ${own.max} ms at worst`,
    ok ? "ok: every job ran, and no slot was made in vain" : "NOT ok",
    "",
  ].join("\n");
}
