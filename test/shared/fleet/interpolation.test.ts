import fc from "fast-check";
import { expect, test } from "vitest";
import { ConfigError } from "../../../shared/fleet/config-error.ts";
import { loadFleet } from "../../../shared/fleet/load-fleet.ts";
import { onePool } from "./load-text.ts";

const group = (written: string, variables: Readonly<Record<string, string>>) => {
  const pool = onePool(`version: 2\npools: [{key: nas, organization: acme, runnerGroup: '${written}'}]`, variables);
  return pool.scope.kind === "organization" ? pool.scope.runnerGroup : null;
};

test.each([
  ["${A}", { A: "one" }, "one"],
  ["x${A}y${B}z", { A: "1", B: "2" }, "x1y2z"],
  ["${A:-two}", {}, "two"],
  ["${A:-two}", { A: "one" }, "one"],
  ["x${A}", { A: "" }, "x"],
  ["x${A:-two}", { A: "" }, "x"],
  ["x${A:-}", {}, "x"],
  ["${A:-a:-b c}", {}, "a:-b c"],
  ["$${A}", { A: "one" }, "${A}"],
  ["costs $5", {}, "costs $5"],
  ["${A}", { A: "${B}", B: "two" }, "${B}"],
  ["${A}", { A: "$$${C}" }, "$$${C}"],
])("%s with %o is read as %s", (written, variables, expected) => {
  expect(group(written, variables)).toBe(expected);
});

/** Each place of a file where a text may stand. */
const PLACES = [
  "key",
  "organization",
  "runnerGroup",
  "visibility",
  "architecture",
  "image",
  "workFolder",
  "size",
  "label",
  "allowed",
  "memory",
  "cpus",
  "pidsLimit",
  "max",
  "min",
  "unknown",
] as const;

const fileWith = (place: (typeof PLACES)[number], text: string) => ({
  version: 2,
  pools: [
    {
      key: place === "key" ? text : "nas",
      organization: place === "organization" ? text : "acme",
      ...(["runnerGroup", "visibility", "architecture", "image", "workFolder", "size", "unknown"].includes(place)
        ? { [place]: text }
        : {}),
      labels: place === "label" ? ["x", text] : [],
      allowedRepositories: place === "allowed" ? ["acme/x", text] : [],
      resources: ["memory", "cpus", "pidsLimit"].includes(place) ? { [place]: text } : {},
      scaling: ["max", "min"].includes(place) ? { [place]: text } : {},
    },
    { key: "wrong" },
  ],
});

test("no error tells the value of a variable, wherever the variable stands", () => {
  let refused = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...PLACES),
      fc.string({ minLength: 12, maxLength: 80 }).map((tail) => `s3cr3t-${tail}`),
      fc.constantFrom("${VALUE}", "pre ${VALUE}", "${VALUE}/x", "${VALUE}${GONE}"),
      (place, value, written) => {
        const lookup = (name: string) => (name === "VALUE" ? value : undefined);
        try {
          loadFleet({ name: "pools.yaml", value: fileWith(place, written), lookup });
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          refused += 1;
          expect(JSON.stringify([error.problems, error.message, error.stack])).not.toContain("s3cr3t-");
        }
      },
    ),
    { numRuns: 500 },
  );
  expect(refused).toBe(500);
});

test("any plain value is loaded or refused with a reason, never with a crash", () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 2), fc.jsonValue(), fc.jsonValue(), (version, pools, pool) => {
      for (const value of [pools, { version, pools }, { version, pools: [pool] }]) {
        try {
          loadFleet({ name: "pools.yaml", value, lookup: () => undefined });
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          expect((error as ConfigError).problems.length).toBeGreaterThan(0);
        }
      }
    }),
    { numRuns: 500 },
  );
});
