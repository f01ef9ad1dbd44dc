import fc from "fast-check";
import { expect, test } from "vitest";
import { formatBytes, memoryBytes } from "../../../shared/fleet/memory-size.ts";

test.each([
  ["1", 1],
  ["64b", 64],
  ["2k", 2048],
  ["512m", 512 * 2 ** 20],
  ["2g", 2 * 2 ** 30],
  ["1.5g", 1.5 * 2 ** 30],
  ["2GiB", 2 * 2 ** 30],
  ["2 GB", 2 * 2 ** 30],
  ["1T", 2 ** 40],
])("%s is %d bytes, as Docker counts", (text, bytes) => {
  expect(memoryBytes(text)).toBe(bytes);
});

test.each(["", "g", "-1g", "1e3", "2x", "1,5g", "2g 3m", " 2g", "99999999t"])("%j is no size", (text) => {
  expect(memoryBytes(text)).toBeNull();
});

test("bytes shown to people are the bytes that apply", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 45), (bytes) => {
      expect(memoryBytes(formatBytes(bytes))).toBe(bytes);
    }),
  );
});
