import * as z from "zod/mini";

import type { KnownSecrets, Signed } from "./hook-secrets-row.ts";
import type { MetaCell, MetaTable } from "./meta.ts";

/** What one hook last signed with. */
export const hookSecretSchema = z.object({
  /** Null stands for hooks that are not known by name: without an id, or beyond as many as are remembered. */
  id: z.nullable(z.string()),
  /** `previous` is any secret but the current one. */
  matched: z.enum(["current", "previous"]),
  /** Milliseconds since the epoch. */
  atMs: z.number(),
});

export type HookSecret = z.infer<typeof hookSecretSchema>;

const DAY_MS = 24 * 60 * 60_000;
/** A week, and the day by which a time on disk may be too early. */
const REMEMBERED_MS = 8 * DAY_MS;
/** Ids are not signed: who replays a body may invent as many as he likes. */
const MAX_HOOKS = 64;
const MAX_NAMELESS = 4;

/**
 * Which secret each hook last signed with, so that the old one is not taken away while a hook still needs it. It is on
 * disk, since every change of a secret is a deploy, which memory and sockets do not survive; it is written when a hook
 * changes its secret and once a day, so that a delivery costs no row. The key is told and not the secret's place: what
 * is the current one today is the previous one after the next change.
 */
export class HookSecrets {
  readonly #cell: MetaCell<"hookSecrets">;
  #known: KnownSecrets | null = null;

  constructor(meta: MetaTable) {
    this.#cell = meta.cell("hookSecrets");
  }

  /** A delivery of this hook was signed with the secret of this key. */
  saw(hookId: string | null, key: string, atMs: number): void {
    const known = this.#read();
    const place = hookId !== null && this.#hasPlace(known, hookId, atMs) ? hookId : null;
    const before = place === null ? known.nameless.find((signed) => signed.key === key) : known.hooks[place];
    if (before?.key === key && Math.abs(atMs - before.atMs) < DAY_MS) return;
    const signed = { key, atMs };
    const next = place === null ? withNameless(known, signed) : withHook(known, place, signed);
    this.#cell.set(next);
    // Known only once it is on disk: what could not be written is tried again at the next delivery.
    this.#known = next;
  }

  /** What is known of each hook, given the key of the current secret. */
  list(currentKey: string): readonly HookSecret[] {
    const { hooks, nameless } = this.#read();
    const told = (id: string | null, { key, atMs }: Signed): HookSecret => ({
      id,
      matched: key === currentKey ? "current" : "previous",
      atMs,
    });
    return [
      ...Object.entries(hooks).map(([id, signed]) => told(id, signed)),
      ...nameless.map((signed) => told(null, signed)),
    ];
  }

  /** A hook that was heard of within the week keeps its place, whoever else comes. */
  #hasPlace({ hooks }: KnownSecrets, hookId: string, nowMs: number): boolean {
    if (hookId in hooks) return true;
    return Object.values(hooks).filter(({ atMs }) => isRecent(atMs, nowMs)).length < MAX_HOOKS;
  }

  #read(): KnownSecrets {
    this.#known ??= this.#cell.get() ?? { hooks: {}, nameless: [] };
    return this.#known;
  }
}

function withHook(known: KnownSecrets, id: string, signed: Signed): KnownSecrets {
  const { hooks, nameless } = recent(known, signed.atMs);
  return { hooks: { ...hooks, [id]: signed }, nameless };
}

function withNameless(known: KnownSecrets, signed: Signed): KnownSecrets {
  const { hooks, nameless } = recent(known, signed.atMs);
  return { hooks, nameless: [...nameless.filter(({ key }) => key !== signed.key), signed].slice(-MAX_NAMELESS) };
}

function recent({ hooks, nameless }: KnownSecrets, nowMs: number): KnownSecrets {
  return {
    hooks: Object.fromEntries(Object.entries(hooks).filter(([, { atMs }]) => isRecent(atMs, nowMs))),
    nameless: nameless.filter(({ atMs }) => isRecent(atMs, nowMs)),
  };
}

function isRecent(atMs: number, nowMs: number): boolean {
  return nowMs - atMs < REMEMBERED_MS;
}
