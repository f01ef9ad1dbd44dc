import { Backoff } from "../../shared/clock/backoff.ts";
import type { Clock, Random } from "../../shared/clock/clock.ts";
import type { ControllerEvent } from "../../shared/controller/events.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import { ENGINE_SILENT } from "../../shared/controller/pause-codes.ts";
import { errorFields } from "../../shared/errors/message-of.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { SayOnce } from "../../shared/log/say-once.ts";
import { sleep } from "../clock/sleep.ts";
import { SlotError } from "./slot-provider.ts";
import type { SlotWork } from "./slot-work.ts";

const AGAIN = { baseMs: 1000, capMs: 30_000 } as const;

export interface EngineListeningOptions {
  readonly ledger: Ledger;
  readonly feed: (event: ControllerEvent) => void;
  /** Holds what is believed of an engine's slots against what exists, and calls `heard` where that could be seen. */
  readonly look: (engine: string) => Promise<void>;
  readonly work: SlotWork;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Knows which engines answer, and asks the silent ones until they do. */
export class EngineListening {
  readonly #options: EngineListeningOptions;
  readonly #said: SayOnce;
  /** Engines that are being asked again and again. */
  readonly #asking = new Set<string>();

  constructor(options: EngineListeningOptions) {
    this.#options = options;
    this.#said = new SayOnce(options.log);
  }

  /** An engine has shown what exists on it. */
  heard(engine: string): void {
    const { ledger, feed, clock, log } = this.#options;
    if (!ledger.engines.isSilent(engine)) return;
    this.#said.over(engine);
    log.info("engine answers again", { engine });
    feed({ type: "engine", atMs: clock.now(), name: engine, answers: true });
  }

  /** Whether it is being asked until it answers: nobody else need ask it. */
  isAsked(engine: string): boolean {
    return this.#asking.has(engine);
  }

  /** Asks an engine for the first time, and then until it answers. Resolves after the first time, however that went. */
  begin(engine: string): Promise<void> {
    const { work, look, log } = this.#options;
    const tried = Promise.withResolvers<void>();
    this.#follow(engine, async () => {
      await look(engine).catch((error: unknown) => {
        if (work.signal.aborted) return;
        log.error("cannot see what runs; trying again", { engine, ...errorFields(error) });
        this.silent(engine, error);
      });
      tried.resolve();
    });
    return tried.promise;
  }

  /** An engine did not answer: its slots are paused, no other's, and it is asked until it answers. */
  silent(engine: string, why?: unknown): void {
    const { ledger, feed, clock, work } = this.#options;
    if (work.signal.aborted) return;
    const told = why === undefined ? {} : errorFields(why);
    this.#said.say("warn", engine, "engine does not answer; jobs go to other engines of their pools, or wait", {
      engine,
      ...told,
    });
    if (!ledger.engines.isSilent(engine)) feed({ type: "engine", atMs: clock.now(), name: engine, answers: false });
    this.#follow(engine);
  }

  #follow(engine: string, first: () => Promise<void> = async () => {}): void {
    if (this.#asking.has(engine)) return;
    this.#asking.add(engine);
    const asked = async (): Promise<void> => {
      await first();
      await this.#ask(engine);
    };
    void this.#options.work.run("engine", () => asked().finally(() => this.#asking.delete(engine)));
  }

  async #ask(engine: string): Promise<void> {
    const { clock, work, look, random, ledger } = this.#options;
    const backoff = new Backoff(AGAIN, random);
    while (ledger.engines.isSilent(engine) && (await sleep(clock, backoff.nextMs(), work.signal))) {
      await look(engine).catch(() => undefined);
    }
  }
}

/** Whether an error says that an engine cannot be asked at all. */
export function isOfSilence(error: unknown): boolean {
  return error instanceof SlotError && ENGINE_SILENT.has(`slot-${error.code}`);
}
