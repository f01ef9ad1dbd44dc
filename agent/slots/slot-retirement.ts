import type { Clock } from "../../shared/clock/clock.ts";
import type { ControllerEvent, SlotChange } from "../../shared/controller/events.ts";
import type { Ledger } from "../../shared/controller/ledger.ts";
import type { RetireReason } from "../../shared/controller/reasons.ts";
import type { Slot } from "../../shared/controller/slot.ts";
import { errorFields } from "../../shared/errors/message-of.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { GitHub } from "../github/model/types.ts";
import { toRunnerScope } from "./runner-scope.ts";
import type { SlotProvider } from "./slot-provider.ts";
import type { SlotWork } from "./slot-work.ts";
import { STOP_GRACE_MS } from "./stop-grace.ts";

/** Reasons that rest on GitHub's word that the runner is idle. A runner that GitHub no longer knows can run no job. */
const AS_IDLE: ReadonlySet<string> = new Set([
  "surplus",
  "drained",
  "pool-removed",
  "outdated",
  "asked",
  "passed-over",
  "scope-unreadable",
]);

export interface SlotRetirementOptions {
  /** Read, never written: what becomes of slots reaches it through `feed`. */
  readonly ledger: Ledger;
  readonly github: GitHub;
  readonly provider: SlotProvider;
  readonly feed: (event: ControllerEvent) => void;
  readonly work: SlotWork;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Ends slots: idle ones as the plan says, any one on the operator's word. */
export class SlotRetirement {
  readonly #options: SlotRetirementOptions;

  constructor(options: SlotRetirementOptions) {
    this.#options = options;
  }

  /** Deregisters an idle runner, then stops its container. One that GitHub or its own container calls busy is kept. */
  retire(name: string, reason: RetireReason): void {
    const slot = this.#options.ledger.slot(name);
    if (slot === undefined || slot.retiring) return;
    this.#feed(name, { change: "retiring" });
    void this.#options.work.run(name, () => this.#retire(slot, reason));
  }

  async #retire(slot: Slot, reason: RetireReason): Promise<void> {
    const { provider, log, work } = this.#options;
    const { name } = slot;
    try {
      if (AS_IDLE.has(reason.code) && (await this.#isWorking(name))) {
        log.warn("slot kept: its container says that it runs a job, GitHub calls it idle", { slot: name });
        return this.#feed(name, { change: "kept", busy: true });
      }
      const answer = await this.#deregister(slot);
      if (answer === "busy") return this.#feed(name, { change: "kept", busy: true });
      await provider.stop(name, STOP_GRACE_MS, work.signal);
    } catch (error) {
      log.warn("slot not retired; it is tried again", { slot: name, ...errorFields(error) });
      this.#feed(name, { change: "kept", busy: false });
    }
  }

  /**
   * Ends a slot on the operator's word, whatever it does: its container is stopped, with its job if it has one. GitHub is
   * told beside that, and not waited for, so that it gives a runner that is being stopped no job; one that it calls busy it
   * keeps until it is offline. Rejects with SlotError where the container cannot be stopped.
   */
  force(name: string): Promise<void> {
    const { ledger, log, provider, work } = this.#options;
    const slot = ledger.slot(name);
    if (slot === undefined) return Promise.resolve();
    const { jobId, state } = slot;
    log.warn("slot stopped on the operator's word", { slot: name, state, jobId });
    this.#feed(name, { change: "retiring" });
    void work.run(name, async () => void (await this.#deregister(slot)));
    const stopped = provider.stop(name, STOP_GRACE_MS, work.signal).catch((error: unknown) => {
      this.#feed(name, { change: "kept", busy: state === "busy" });
      throw error;
    });
    void work.run(name, () => stopped);
    return stopped;
  }

  /** What GitHub says to it; `gone` for a runner that it does not know. */
  async #deregister({ name, scope, runnerId: knownId }: Pick<Slot, "name" | "scope" | "runnerId">) {
    const { github, work } = this.#options;
    const where = toRunnerScope(scope);
    const runnerId = knownId ?? (await github.findRunner(where, name, work.signal))?.id;
    return runnerId === undefined ? "gone" : github.deleteRunner(where, runnerId, work.signal);
  }

  /**
   * GitHub's inventory and its DELETE are one party; the container is another. Where it says nothing, GitHub decides; where
   * the engine cannot be asked, nobody does yet.
   */
  async #isWorking(name: string): Promise<boolean> {
    const working = await this.#options.provider.working?.(name, this.#options.work.signal);
    return working === true;
  }

  #feed(name: string, step: SlotChange): void {
    const { feed, clock } = this.#options;
    feed({ type: "slot", atMs: clock.now(), name, ...step });
  }
}
