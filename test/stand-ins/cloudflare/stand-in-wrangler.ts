/**
 * Stands in for the wrangler command: tells the stand-in Cloudflare of the test how it was called, and prints, writes and
 * exits as that says. Of the files that it is given it hands on what wrangler would upload.
 */
import { appendFileSync, readFileSync, statSync } from "node:fs";

import * as z from "zod";

const [, , control = "", ...args] = process.argv;
const reply = z.object({ exitCode: z.number(), stdout: z.string(), stderr: z.string(), output: z.string().nullable() });

const secretsFile = args[args.indexOf("--secrets-file") + 1];
const secrets =
  args.includes("--secrets-file") && secretsFile !== undefined
    ? { text: readFileSync(secretsFile, "utf8"), mode: statSync(secretsFile).mode & 0o777 }
    : null;
const answer = await fetch(control, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ args, env: process.env, secrets }),
});
const { exitCode, stdout, stderr, output } = reply.parse(await answer.json());
const outputFile = process.env["WRANGLER_OUTPUT_FILE_PATH"];
if (output !== null && outputFile !== undefined) appendFileSync(outputFile, output);
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = exitCode;
