import type { MetaCell, MetaTable } from "./meta.ts";
import { fightOf, recentTakeovers, type Contender, type Fight, type Takeover } from "./takeovers.ts";

/** As many as tell a fight from a busy minute. */
const MAX_HISTORY = 8;

/** A fight is news for as long as the loser would come back, and a little longer. */
const FIGHT_NEWS_MS = 5 * 60_000;

/** Remembers who took the link from whom, across restarts of the mailbox. */
export class TakeoverBook {
  readonly #history: MetaCell<"takeovers">;
  readonly #fight: MetaCell<"fight">;

  constructor(meta: MetaTable) {
    this.#history = meta.cell("takeovers");
    this.#fight = meta.cell("fight");
  }

  /** Notes that `challenger` takes the link from `incumbent`; gives the fight that this belongs to, or null if it may. */
  note(incumbent: Contender, challenger: Contender, nowMs: number): Fight | null {
    const history = this.history();
    const fight = fightOf({ incumbent, challenger, history, fight: this.#fight.get(), nowMs });
    if (fight !== null) this.#fight.set(fight);
    else {
      const takeover = { atMs: nowMs, from: incumbent, to: challenger };
      this.#history.set([...recentTakeovers(history, nowMs), takeover].slice(-MAX_HISTORY));
    }
    return fight;
  }

  /** The last takeovers, oldest first. */
  history(): readonly Takeover[] {
    return this.#history.get() ?? [];
  }

  /** The last fight while it is news, or null. */
  fight(nowMs: number): Fight | null {
    const fight = this.#fight.get();
    return fight !== null && nowMs < fight.untilMs + FIGHT_NEWS_MS ? fight : null;
  }
}
