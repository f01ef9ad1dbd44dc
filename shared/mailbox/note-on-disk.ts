import type { DeliveryNote } from "../receiver/mailbox-port.ts";
import type { Mailbox } from "./mailbox.ts";

type SignedNote = Extract<DeliveryNote, { kind: "ping" | "ignored" }>;

/** As many hooks as one operator has; ids are not signed and must not take room. */
const MAX_HOOKS = 16;

/** Keeps when a signed delivery without a job came, for the mailbox and for its hook, in one row. */
export function noteOnDisk(mailbox: Mailbox, note: SignedNote): void {
  const at = note.kind === "ping" ? { pingAtMs: note.atMs } : { ignoredAtMs: note.atMs };
  const known = mailbox.meta.get("noted") ?? { pingAtMs: null, ignoredAtMs: null };
  const { hooks = {} } = known;
  if (note.hookId === null) return mailbox.meta.set("noted", { ...known, ...at });
  const { [note.hookId]: hook = { pingAtMs: null, ignoredAtMs: null }, ...others } = hooks;
  const kept = Object.entries(others).slice(1 - MAX_HOOKS);
  const next = { ...Object.fromEntries(kept), [note.hookId]: { ...hook, ...at } };
  mailbox.meta.set("noted", { ...known, ...at, hooks: next });
}
