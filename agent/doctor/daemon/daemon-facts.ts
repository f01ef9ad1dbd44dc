import { toFailure } from "../../../shared/errors/message-of.ts";
import type { Status } from "../../../shared/status/status.ts";
import { askStatus } from "../../control/ask-status.ts";
import { Skipped } from "../check/check.ts";
import { once } from "../check/once-each.ts";

const ONLY_THE_AGENT = "no agent answers on this data folder, and only it knows: ask where it runs";

/** What the checks know of the daemon of a data folder, asked for once. */
export class DaemonFacts {
  readonly #ask: () => Promise<Status | null>;

  constructor(dataFolder: string) {
    this.#ask = once(() => askStatus(dataFolder));
  }

  /** Null where no daemon answers on this folder, or one is there that cannot be asked. Never rejects. */
  statusOrNull(): Promise<Status | null> {
    return this.#ask().catch(() => null);
  }

  /** @throws {Skipped} where it cannot be asked: agent-running reports that */
  async status(): Promise<Status> {
    const status = await this.#ask().catch((error: unknown) => {
      throw new Skipped(`the agent cannot be asked: ${toFailure(error).message}`);
    });
    if (status === null) throw new Skipped(ONLY_THE_AGENT, "agent-running", "webhook-freshness", "agent-journal");
    return status;
  }
}
