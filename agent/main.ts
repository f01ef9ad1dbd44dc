import { callOf } from "./cli/call-of.ts";
import { openWayOut } from "./cli/way-out.ts";
import { runCli } from "./commands/commands.ts";

openWayOut(process.env);

const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());

process.exitCode = await runCli(
  process.argv.slice(2),
  {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    env: process.env,
    cwd: process.cwd(),
    isTerminal: process.stdout.isTTY,
    call: callOf(process.env, process.argv[1] ?? ""),
  },
  stop.signal,
);
// A connection that hangs must not keep a stopped agent alive until it is killed.
setTimeout(() => process.exit(), 1000).unref();
