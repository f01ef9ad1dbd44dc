import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

import type { Ask } from "./world.ts";

/** Questions on standard error, so that standard output stays what scripts read; answers from standard input. */
export const terminalAsk: Ask = {
  text: (question, options) => askLine(question, options?.hidden === true),
  async confirm(question) {
    return /^y(?:es)?$/i.test(await askLine(`${question} [y/N]`, false));
  },
};

async function askLine(question: string, hidden: boolean): Promise<string> {
  // A terminal line editor echoes to its output; a hidden answer gets one that swallows.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({
    input: process.stdin,
    output: hidden ? nowhere : process.stderr,
    terminal: process.stdin.isTTY,
  });
  try {
    if (hidden) process.stderr.write(`${question} `);
    const answer = await lines.question(hidden ? "" : `${question} `);
    if (hidden) process.stderr.write("\n");
    return answer.trim();
  } finally {
    lines.close();
  }
}
