import type { Random } from "../../../../shared/clock/clock.ts";
import type { Account, Permissions } from "./model.ts";
import { letters } from "./random-text.ts";

/** An App as its manifest asks for it. */
export interface PendingApp {
  readonly owner: Account;
  readonly name: string;
  readonly url: string;
  readonly webhookUrl: string;
  readonly permissions: Permissions;
  readonly events: readonly string[];
}

/** Apps that somebody confirmed on GitHub's page and nobody has fetched yet, each under the code of the redirect. */
export class AppManifests {
  readonly #random: Random;
  readonly #pending = new Map<string, PendingApp>();

  constructor(random: Random) {
    this.#random = random;
  }

  add(app: PendingApp): string {
    const code = letters(this.#random, 40, this.#pending.size + 1);
    this.#pending.set(code, app);
    return code;
  }

  /** Null when there is none of that code, or it was taken before. */
  take(code: string): PendingApp | null {
    const found = this.#pending.get(code) ?? null;
    this.#pending.delete(code);
    return found;
  }
}
