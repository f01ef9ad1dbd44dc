import { errorFields } from "../../shared/errors/message-of.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { SlotRecords, SlotSteps } from "../journal/slot-records.ts";

/** Notes what has happened: a journal that cannot be written must not make it undone. Containers tell the truth. */
export class SlotNotes {
  readonly #records: SlotRecords;
  readonly #log: Logger;

  constructor(records: SlotRecords, log: Logger) {
    this.#records = records;
    this.#log = log;
  }

  update(name: string, steps: SlotSteps): void {
    this.#write(() => this.#records.update(name, steps));
  }

  keepTail(name: string, tail: string): void {
    this.#write(() => this.#records.keepTail(name, tail));
  }

  noteOnline(name: string, atMs: number): void {
    this.#write(() => this.#records.noteOnline(name, atMs));
  }

  #write(write: () => void): void {
    try {
      write();
    } catch (error) {
      const remedy = "free the disk of HOOKLINE_DATA";
      this.#log.error("step of a slot not journaled", { ...errorFields(error), remedy });
    }
  }
}
