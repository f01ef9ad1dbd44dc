import type { Random } from "../../shared/clock/clock.ts";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const RANDOM_LENGTH = 10;
const POOL_LENGTH = 24;

/**
 * What the names of all runners of this agent begin with, and of no other: instance names hold no double hyphen
 * and end with none, so that `nas` is told from `nas-2`.
 */
export function ownPrefix(instance: string): string {
  return `hookline-${instance}--`;
}

/** The instance that a slot of this name belongs to; null for what is no slot's name. */
export function instanceOfSlot(name: string): string | null {
  return /^hookline-(.+?)--/.exec(name)?.[1] ?? null;
}

/** Random lower-case letters and digits that are not taken for one another. */
export function randomLetters(length: number, random: Random): string {
  return Array.from({ length }, () => ALPHABET[Math.floor(random() * ALPHABET.length)] ?? "a").join("");
}

/**
 * A name that was never used before, for runner and container alike: at most 63 characters of `[a-z0-9-]`, which
 * GitHub (64), Docker and host names all take. It is the idempotency key on both sides.
 */
export function newSlotName(instance: string, poolKey: string, random: Random): string {
  return `${ownPrefix(instance)}${poolKey.slice(0, POOL_LENGTH)}-${randomLetters(RANDOM_LENGTH, random)}`;
}
