import type { Random } from "../../../../shared/clock/clock.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** `length` lower-case hexadecimal digits. */
export function hex(random: Random, length: number): string {
  return Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");
}

/**
 * `length` letters and digits, as GitHub's tokens are made of. They end with `serial`, so that no two are alike whatever
 * the randomness.
 */
export function letters(random: Random, length: number, serial: number): string {
  const end = serial.toString(36).padStart(6, "0");
  return letterRun(random, length - end.length) + end;
}

/** A GUID as GitHub gives one to each event; no two are alike whatever the randomness. */
export function guid(random: Random, serial: number): string {
  return [...[8, 4, 4, 4].map((length) => hex(random, length)), serial.toString(16).padStart(12, "0")].join("-");
}

function letterRun(random: Random, length: number): string {
  return Array.from({ length }, () => ALPHABET[Math.floor(random() * ALPHABET.length)] ?? "a").join("");
}
