import { spawn } from "node:child_process";

import type { ChildCommand, CommandResult } from "./world.ts";

/** Runs a program without a terminal, so that it asks nothing, and waits for its end. Rejects when it cannot start. */
export function runProgram({ program, args, cwd, env }: ChildCommand, signal: AbortSignal): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { cwd, env, signal, stdio: ["ignore", "pipe", "pipe"] });
    const printed = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => void (printed.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => void (printed.stderr += text));
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, ...printed }));
  });
}
