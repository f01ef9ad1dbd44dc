import { errorFields } from "../../shared/errors/message-of.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { SayOnce } from "../../shared/log/say-once.ts";
import type { SlotRecords, SlotSteps } from "../journal/slot-records.ts";

/** Notes what has happened: a journal that cannot be written must not make it undone. Containers tell the truth. */
export class SlotNotes {
  readonly #records: SlotRecords;
  readonly #said: SayOnce;

  constructor(records: SlotRecords, log: Logger) {
    this.#records = records;
    this.#said = new SayOnce(log);
  }

  /**
   * Writes the intent, before anything is asked of GitHub or Docker. Where the disk takes nothing the slot is made all
   * the same: should this process die too, GitHub's inventory names the runner as ours, and containers their labels.
   */
  plan(slot: Parameters<SlotRecords["plan"]>[0]): void {
    this.#write(() => this.#records.plan(slot));
  }

  update(name: string, steps: SlotSteps): void {
    this.#write(() => this.#records.update(name, steps));
  }

  keepTail(name: string, tail: string): void {
    this.#write(() => this.#records.keepTail(name, tail));
  }

  noteNode(name: string, node: string): void {
    this.#write(() => this.#records.noteNode(name, node));
  }

  noteOnline(name: string, atMs: number): void {
    this.#write(() => this.#records.noteOnline(name, atMs));
  }

  #write(write: () => void): void {
    try {
      write();
      this.#said.over("disk");
    } catch (error) {
      const remedy = "free the disk of HOOKLINE_DATA";
      this.#said.say("error", "disk", "step of a slot not journaled", { ...errorFields(error), remedy });
    }
  }
}
