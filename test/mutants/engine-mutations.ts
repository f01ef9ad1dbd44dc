import type { Mutation } from "./mutation.ts";

/** Breaks of engines: which of them a slot goes to, and what is done while one is silent. */
export const ENGINE_MUTATIONS: readonly Mutation[] = [
  {
    breaks: "promise 16: slots on a silent engine cover jobs that they may never run",
    file: "shared/controller/slot.ts",
    search: " && !isUnseen(slot, engines)",
    replace: "",
    foundBy: ["controller"],
  },
  {
    breaks: "promise 6: an engine takes more slots than its own bound",
    file: "shared/controller/pool-book.ts",
    search: "const engine = page.engines.find((each) => !this.isEngineFull(each));",
    replace: "const engine = page.engines[0];",
    foundBy: ["controller"],
  },
  {
    breaks: "promise 16: slots are started on an engine that does not answer",
    file: "shared/controller/holds.ts",
    search: "!ledger.engines.isSilent(engine) && !(isHeld",
    replace: "!(isHeld",
    foundBy: ["controller"],
  },
  {
    breaks: "promise 8: what cannot be asked is judged",
    file: "shared/controller/plan.ts",
    search: "if (verdict === null || this.#ledger.engines.isSilent(slot.engine)) return;",
    replace: "if (verdict === null) return;",
    foundBy: ["controller"],
  },
  {
    breaks: "promise 16: Docker's refusal on one engine pauses the pool on all",
    file: "shared/controller/pool-pauses.ts",
    search: 'if (code.startsWith("slot-")) return engineDomain(pool, engine);',
    replace: "if (engine.length < 0) return engineDomain(pool, engine);",
    foundBy: ["controller"],
  },
  {
    breaks: "an engine that answers lists and fails every start is tried without a pause",
    file: "shared/controller/pool-pauses.ts",
    search: " && pause.failures === 1",
    replace: "",
    foundBy: ["controller"],
  },
  {
    breaks: "promise 6: slots of an engine that is silent at the start take no place",
    file: "agent/slots/adoption.ts",
    search: "for (const engine of engines) if (!this.#seen.has(engine)) this.#believeJournal(engine);",
    replace: "for (const engine of engines) if (!this.#seen.has(engine)) listening.silent(engine);",
    foundBy: ["rules"],
  },
  {
    breaks: "promise 6: what one engine lists ends the slots of the others",
    file: "agent/slots/adoption.ts",
    search: "      if (slot.engine !== engine) continue;\n",
    replace: "",
    foundBy: ["rules"],
  },
  {
    breaks: "an engine that fell silent is asked no more",
    file: "agent/slots/engine-listening.ts",
    search: "      await look(engine).catch(() => undefined);\n",
    replace: "",
    foundBy: ["rules"],
  },
  {
    breaks: "promise 16: slots on a node that is down cover jobs that they will never run",
    file: "shared/controller/slot.ts",
    search: "engines.silentSinceMs(engine) ?? nodeDownAtMs",
    replace: "engines.silentSinceMs(engine)",
    foundBy: ["rules"],
  },
  {
    breaks: "promise 12: services of another instance are removed from a swarm's engine",
    file: "agent/slots/swarm/swarm-provider.ts",
    search: "if (readSlotLabels(found.labels, this.#options.instance) !== null) return found;",
    replace: "if (found.labels !== null) return found;",
    foundBy: ["rules"],
  },
  {
    breaks: "promise 14: tasks of a swarm's engine are asked for at rest",
    file: "agent/slots/swarm/task-looks.ts",
    search: "if (this.#live.size > 0) await",
    replace: "if (this.#live.size >= 0) await",
    foundBy: ["rules"],
  },
];
