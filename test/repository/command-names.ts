import { runCli } from "../../agent/commands/commands.ts";
import { root } from "./files.ts";

/** The names of all commands, as `hookline --help` lists them. */
export async function commandNames(): Promise<readonly string[]> {
  let help = "";
  const io = { stdout: (text: string) => void (help += text), stderr: () => undefined, env: {}, cwd: root };
  await runCli(["--help"], { ...io, isTerminal: false }, AbortSignal.abort());
  return help.split("\n").flatMap((line) => /^ {2}([a-z-]+(?: [a-z]+)?)(?: {2}|$)/.exec(line)?.[1] ?? []);
}
