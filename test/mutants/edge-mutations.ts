import type { Mutation } from "./mutation.ts";

const HOST = "shared/edge/mailbox-host.ts";
const SERVER = "shared/edge/link-server.ts";
const SESSION = "agent/link/link-session.ts";
const PUMP = "shared/edge/signal-pump.ts";
const OBJECT = "worker/mailbox-object.ts";

/** Breaks of the receiver, the mailbox and both ends of the link. */
export const EDGE_MUTATIONS: readonly Mutation[] = [
  {
    breaks: "promise 1: a delivery is answered before it is stored",
    file: "shared/mailbox/mailbox.ts",
    search: "const stored = this.#signals.insert(signal);",
    replace: "const stored = signal.jobId % 3 === 0 ? 1 : this.#signals.insert(signal);",
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 3: the edge forgets to send what was not acknowledged",
    file: SERVER,
    search: "sentUpTo: mailbox.acked(),",
    replace: "sentUpTo: mailbox.head(),",
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 3: the agent acknowledges what the journal refused",
    file: SESSION,
    search: "if (isOfTheFile(error)) throw error;",
    replace: "if (isOfTheFile(error)) return [];",
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 3: a full disk refuses one signal after the other, until the edge sets them aside",
    file: SESSION,
    search: "if (isOfTheFile(error)) throw error;",
    replace: "",
    foundBy: ["simulation"],
  },
  {
    breaks: "promise 1: the mailbox host says stored and stores nothing",
    file: HOST,
    search: "const outcome = this.mailbox.accept(signal);",
    replace: 'const outcome: AcceptOutcome = { kind: "stored", seq: 1 };',
    foundBy: ["crash", "simulation", "link", "standalone", "worker"],
  },
  {
    breaks: "promise 10: a stored signal is neither sent nor watched before something else happens",
    file: HOST,
    search: "      this.link.pump();\n      this.#options.schedule();\n    }",
    replace: "    }",
    foundBy: ["crash", "simulation", "link", "standalone", "worker"],
  },
  {
    breaks: "L2: nobody watches whether a stored signal is acknowledged",
    file: HOST,
    search: "      this.link.pump();\n      this.#options.schedule();\n    }",
    replace: "      this.link.pump();\n    }",
    foundBy: ["worker"],
  },
  {
    breaks: "promise 18: what was refused and what was a copy is forgotten with the memory of the object",
    file: HOST,
    search: "    this.#tally.accepted(signal, outcome, matched);\n    this.link.keepTally();",
    replace: "    this.#tally.accepted(signal, outcome, matched);",
    foundBy: ["worker"],
  },
  {
    breaks: "promise 3: what was acknowledged is gone from memory and not on disk when the link ends",
    file: OBJECT,
    search: 'this.#log.info("agent disconnected", { code, reason, wasClean });\n    this.#host.settle();',
    replace: 'this.#log.info("agent disconnected", { code, reason, wasClean });',
    foundBy: ["worker"],
  },
  {
    breaks: "L10: a socket that never greets holds its place for ever",
    file: OBJECT,
    search: "server.serializeAttachment(freshState(Date.now()));\n    this.#schedule();",
    replace: "server.serializeAttachment(freshState(Date.now()));",
    foundBy: ["worker"],
  },
  {
    breaks: "promise 1: storing is not marked as safe to repeat, so that an object that moves costs GitHub a 503",
    file: OBJECT,
    search: "retryable(this.prototype.accept);",
    replace: "",
    foundBy: ["edge"],
  },
  {
    breaks: "L6: a new connection does not raise the fence, so that the old one goes on acknowledging",
    file: SERVER,
    search: "const fence = mailbox.raiseFence();",
    replace: "const fence = Math.max(1, mailbox.fence());",
    foundBy: ["link", "worker"],
  },
  {
    breaks: "L4: the window is ignored, and a slow agent is flooded",
    file: PUMP,
    search: "const credit = state.window - (state.sentUpTo - mailbox.acked());",
    replace: "const credit = BATCH_SIGNALS;",
    foundBy: ["link"],
  },
  {
    breaks: "promise 3: what was sent is kept with the socket only after it was sent, as a copy of before",
    file: PUMP,
    search: "socket.save({ ...state, sentUpTo: last.seq });",
    replace: "",
    foundBy: ["link", "worker"],
  },
  {
    breaks: "promise 3: a mailbox that was put back believes the cursor of another history",
    file: SERVER,
    search: "if (!mailbox.contradicts(acked, cursorGuid ?? null)) return",
    replace: "if (acked >= 0) return",
    foundBy: ["link"],
  },
  {
    breaks: "promise 3: a refusal that was lost is told no more",
    file: SESSION,
    search: "for (const { seq, reason } of journal.untold(welcome.stream)) this.#refuse(welcome, seq, reason);",
    replace: "journal.untold(welcome.stream);",
    foundBy: ["link"],
  },
  {
    breaks: "promise 3: a refusal that comes behind its acknowledgement is dropped",
    file: PUMP,
    search: "mailbox.buryAcknowledged(seq, reason, now());",
    replace: "",
    foundBy: ["link"],
  },
  {
    breaks: "promise 1: what the edge believes to have sent is never asked for",
    file: SESSION,
    search: "if (head > (this.#options.journal.cursor()?.acked ?? 0)) this.#liveness.asked(MISSING_SIGNALS);",
    replace: "",
    foundBy: ["link"],
  },
  {
    breaks: "promise 20: a pool that is added while the link is up waits for the next hello",
    file: SERVER,
    search: "this.#options.mailbox.announce(routes);",
    replace: "",
    foundBy: ["link"],
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
    search: "if (guids.size < MOST) guids.add(guid);",
    replace: "guids.add(guid);",
    foundBy: ["receiver"],
  },
  {
    breaks: "promise 18: strangers who hold their connections open keep GitHub out",
    file: "agent/standalone/http-server.ts",
    search: "[...never, ...before][0]?.destroy();",
    replace: "[...before, ...never].at(-1)?.destroy();",
    foundBy: ["standalone"],
  },
];
