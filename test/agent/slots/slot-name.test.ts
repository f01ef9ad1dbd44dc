import fc from "fast-check";
import { expect, test } from "vitest";

import { INSTANCE_NAME } from "../../../agent/settings/setting-rules.ts";
import { newSlotName, ownPrefix } from "../../../agent/slots/slot-name.ts";
import { seeded } from "../../stand-ins/time/random.ts";

const instance = fc.stringMatching(/^[a-z0-9]+(-[a-z0-9]+)*$/).filter((name) => INSTANCE_NAME.test(name));
const pool = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/);
const seed = fc.integer();

test("G13: whatever instance and pool are called, a name is at most 63 characters that GitHub, Docker and hosts take", () => {
  fc.assert(
    fc.property(instance, pool, seed, (of, key, start) => {
      expect(newSlotName(of, key, seeded(start))).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
    }),
  );
  const longest = newSlotName("a".repeat(16), "p".repeat(63), () => 0.9999999);
  expect(longest.length).toBeLessThanOrEqual(63);
});

test("G13, promise 12: no instance's name begins like another's, as nas and nas-2", () => {
  fc.assert(
    fc.property(instance, instance, pool, seed, (mine, other, key, start) => {
      const name = newSlotName(other, key, seeded(start));
      expect(name.startsWith(ownPrefix(mine))).toBe(mine === other);
    }),
    {
      numRuns: 2000,
      examples: [
        ["nas", "nas-2", "home", 1],
        ["nas-2", "nas", "2-home", 1],
        ["nas", "nas-nas", "nas", 1],
      ],
    },
  );
});

test("G15: names are not used twice", () => {
  const random = seeded(7);
  const names = Array.from({ length: 20_000 }, () => newSlotName("nas", "home", random));
  expect(new Set(names).size).toBe(names.length);
});
