// Run by connection.test.ts as a process of its own: gives up root, asks the engine, prints what went wrong.
import * as z from "zod";
import { DockerClient } from "../../../agent/docker/docker-client.ts";
import { DockerError } from "../../../agent/docker/docker-error.ts";

const NOBODY = 65534;
const socketPath = z.string().startsWith("/").parse(process.argv[2]);

if (process.getuid?.() === 0) {
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}
try {
  await new DockerClient({ kind: "unix", socketPath }).system.negotiate(new AbortController().signal);
  console.log(JSON.stringify({ code: "none" }));
} catch (error) {
  if (!(error instanceof DockerError)) throw error;
  console.log(JSON.stringify({ code: error.code, message: error.message, remedy: error.remedy }));
}
