import { doubtsEvent } from "../../shared/controller/doubt.ts";
import type { ControllerEvent } from "../../shared/controller/events.ts";
import { Ledger } from "../../shared/controller/ledger.ts";
import { plan, type Action } from "../../shared/controller/plan.ts";
import type { ServingPool } from "../../shared/controller/pool-choice.ts";
import { OWN_PREFIX } from "../shared/controller/world.ts";

/** The ledger and its plans as the daemon drives them, and what each event costs. */
export class CountedController {
  readonly ledger = new Ledger(OWN_PREFIX);
  readonly #pools: readonly ServingPool[];
  readonly #act: (action: Action) => void;
  readonly #eventsMs: number[] = [];

  constructor(pools: readonly ServingPool[], act: (action: Action) => void) {
    this.#pools = pools;
    this.#act = act;
  }

  /** Processor time of each event and its plan, milliseconds. */
  get eventsMs(): readonly number[] {
    return this.#eventsMs;
  }

  /** Takes in one event, plans, and has done what the plan says; what is done is not counted. */
  tell(event: ControllerEvent, nowMs: number): void {
    const before = process.cpuUsage();
    this.ledger.apply(event);
    const { surplus, actions, doubts } = plan(this.ledger, this.#pools, nowMs);
    this.ledger.apply({ type: "surplus", atMs: nowMs, names: surplus });
    this.ledger.apply(doubtsEvent(doubts, nowMs));
    const { user, system } = process.cpuUsage(before);
    this.#eventsMs.push((user + system) / 1000);
    for (const action of actions) this.#act(action);
  }
}
