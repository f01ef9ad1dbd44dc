import { format, inspect } from "node:util";
import { expect, test } from "vitest";
import { Secret } from "../../../shared/fleet/secret.ts";

const secret = new Secret("hunter2");

test.each([
  ["a joined text", () => ["Bearer", secret].join(" ")],
  ["String()", () => String(secret)],
  ["JSON", () => JSON.stringify({ secret })],
  ["console.log", () => format("%s %o %j", secret, secret, secret)],
  ["deep inspection", () => inspect({ a: { secret } }, { showHidden: true, depth: null })],
  ["a copy", () => JSON.stringify(Object.assign({}, secret))],
  ["its own properties", () => Object.getOwnPropertyNames(secret).join()],
  ["an error", () => inspect(new Error("failed", { cause: secret }))],
])("a secret does not show through %s", (_way, show) => {
  expect(show()).not.toContain("hunter2");
});

test("a secret is given to whoever asks for it by name", () => {
  expect(secret.reveal()).toBe("hunter2");
});
