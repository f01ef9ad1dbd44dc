// Run by promises.test.ts as a process of its own: gives up root, then examines Docker and prints the report.
import { runDoctor } from "../../../agent/commands/doctor.ts";

const NOBODY = 65534;

if (process.getuid?.() === 0) {
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}
await runDoctor(["--only", "docker", "--json"], {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  env: process.env,
  cwd: "/",
  isTerminal: false,
});
