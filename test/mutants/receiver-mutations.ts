import type { Mutation } from "./mutation.ts";

/** Breaks of what stands before the mailbox: what strangers may cost, and what is stored of a signed delivery. */
export const RECEIVER_MUTATIONS: readonly Mutation[] = [
  {
    breaks: "a webhook that is asked for by another method than POST is not told which",
    file: "shared/receiver/receiver.ts",
    search: '405, { Allow: "POST" }',
    replace: "405",
    foundBy: ["standalone", "worker"],
  },
  {
    breaks: "promise 20: an isolate turns a new pool's jobs away for a minute",
    file: "shared/receiver/note-throttle.ts",
    search: "const FOREIGN_MS = 5000;",
    replace: "const FOREIGN_MS = 60_000;",
    foundBy: ["receiver"],
  },
  {
    breaks: "promise 18: one signed body fills the mailbox under fresh GUIDs",
    file: "shared/receiver/replay-bound.ts",
    search: "if (deliveries.size < MOST) deliveries.add(name);",
    replace: "deliveries.add(name);",
    foundBy: ["receiver"],
  },
  {
    breaks: "promise 18: every refusal of a stranger is a record of the log",
    file: "shared/receiver/refusal-log.ts",
    search: "told.untold += 1;\n      return;",
    replace: "told.untold += 1;",
    foundBy: ["receiver"],
  },
  {
    breaks: "promise 18: unsigned bodies that stall fill the memory together",
    file: "shared/receiver/body-room.ts",
    search: "      victim.leave();",
    replace: "      void victim;",
    foundBy: ["receiver"],
  },
  {
    breaks: "promise 18: a body in one-byte pieces costs the runtime a hundred times its bytes",
    file: "shared/receiver/body-room.ts",
    search: 'if (this.#pieces > MOST_PIECES) return "in-crumbs";',
    replace: "",
    foundBy: ["receiver"],
  },
  {
    breaks: "promise 18: under one GUID a signed body is stored for as many hooks as somebody invents",
    file: "shared/receiver/replay-bound.ts",
    search: 'const name = `${guid} ${hookId ?? ""}`;',
    replace: "const name = guid;",
    foundBy: ["receiver"],
  },
  {
    breaks: "promise 15: a clock that goes back by a day turns a new pool's jobs away for a day",
    file: "shared/clock/happened-within.ts",
    search: "return sinceMs <= nowMs && nowMs - sinceMs < ms;",
    replace: "return nowMs - sinceMs < ms;",
    foundBy: ["receiver"],
  },
  {
    breaks: "promise 1: behind a slow body the time for storing begins anew, and GitHub has gone when it ends",
    file: "shared/receiver/receiver.ts",
    search: "mailbox.accept(signal, matched, key, deadline)",
    replace: "mailbox.accept(signal, matched, key)",
    foundBy: ["receiver"],
  },
  {
    breaks: "promise 18: strangers who hold their connections open keep GitHub out",
    file: "agent/http/connection-bound.ts",
    search: "[never, before].flatMap(",
    replace: "[before, never].flatMap(",
    foundBy: ["standalone"],
  },
  {
    breaks: "promise 18: strangers who had an answer and stay push out a delivery that is coming in",
    file: "agent/http/connection-bound.ts",
    search: "firsts.find(({ sinceMs }) => sinceMs <= graceFromMs) ?? firsts[0]",
    replace: "firsts[0]",
    foundBy: ["standalone"],
  },
  {
    breaks: "promise 18: who was refused keeps his connection for two minutes",
    file: "agent/http/http-server.ts",
    search: 'if (response.status >= 400) response.headers.set("Connection", "close");',
    replace: "",
    foundBy: ["standalone"],
  },
];
