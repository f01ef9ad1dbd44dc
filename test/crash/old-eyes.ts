import { encode, readDown } from "../../shared/link/codec.ts";
import type { SqlDatabase } from "../../shared/sql/sql.ts";

/**
 * How an older agent sees signals of a newer edge: some hold a field in a form that its schema does not know. Nothing
 * of them is lost by that, so that a newer agent could read what the older one kept.
 */
export class OldEyes {
  /** GUIDs of the signals that it cannot read. */
  readonly unreadable = new Set<string>();

  see(text: string): string {
    const read = readDown(text);
    if (read.kind !== "frame" || read.frame.type !== "batch") return text;
    const signals = read.frame.signals.map(({ seq, signal }) => ({ seq, signal: this.#seen(signal) }));
    return encode({ ...read.frame, signals });
  }

  /** From now on it knows the form, in what comes and in what it kept. */
  open(journal: SqlDatabase): void {
    this.unreadable.clear();
    journal.exec("UPDATE unread SET raw = json_set(raw, '$.labels', json_extract(raw, '$.labels.newer'))");
  }

  #seen(signal: unknown): unknown {
    if (typeof signal !== "object" || signal === null || !("guid" in signal) || !("labels" in signal)) return signal;
    return this.unreadable.has(String(signal.guid)) ? { ...signal, labels: { newer: signal.labels } } : signal;
  }
}
