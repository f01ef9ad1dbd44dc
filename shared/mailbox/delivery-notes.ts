import { latestOf } from "../clock/some-times.ts";
import type { DeliveryNote } from "../receiver/mailbox-port.ts";
import type { MetaCell, MetaTable } from "./meta.ts";

type SignedNote = Extract<DeliveryNote, { kind: "ping" | "ignored" }>;

/** When signed deliveries that held no signal last came. */
export interface Noted {
  readonly pingAtMs: number | null;
  readonly ignoredAtMs: number | null;
}

/** As many hooks as one operator has; ids are not signed and must not take room. The one noted longest ago goes first. */
const MAX_HOOKS = 16;

const NEVER: Noted = { pingAtMs: null, ignoredAtMs: null };

/** Signed deliveries that held no signal, of the mailbox and of each hook, in one row. */
export class DeliveryNotes {
  readonly #cell: MetaCell<"noted">;

  constructor(meta: MetaTable) {
    this.#cell = meta.cell("noted");
  }

  /** On disk on return. */
  keep(note: SignedNote): void {
    const at = note.kind === "ping" ? { pingAtMs: note.atMs } : { ignoredAtMs: note.atMs };
    const known = this.#cell.get() ?? NEVER;
    if (note.hookId === null) return this.#cell.set({ ...known, ...at });
    const { [note.hookId]: hook = NEVER, ...others } = this.hooks();
    const kept = Object.entries(others)
      .toSorted(([, a], [, b]) => newestMs(b) - newestMs(a))
      .slice(0, MAX_HOOKS - 1);
    this.#cell.set({ ...known, ...at, hooks: { ...Object.fromEntries(kept), [note.hookId]: { ...hook, ...at } } });
  }

  /** The last of them, whatever hook they came from. */
  last(): Noted {
    return this.#cell.get() ?? NEVER;
  }

  /** By the hook's id. */
  hooks(): Readonly<Record<string, Noted>> {
    return this.#cell.get()?.hooks ?? {};
  }
}

function newestMs({ pingAtMs, ignoredAtMs }: Noted): number {
  return latestOf(pingAtMs, ignoredAtMs) ?? 0;
}
