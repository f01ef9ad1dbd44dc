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

/**
 * A name that was never used before, for runner and container alike: at most 63 characters of `[a-z0-9-]`, which
 * GitHub (64), Docker and host names all take. It is the idempotency key on both sides.
 */
export function newSlotName(instance: string, poolKey: string, random: Random): string {
  const suffix = Array.from({ length: RANDOM_LENGTH }, () => ALPHABET[Math.floor(random() * ALPHABET.length)] ?? "a");
  return `${ownPrefix(instance)}${poolKey.slice(0, POOL_LENGTH)}-${suffix.join("")}`;
}
