import { PLAIN_CONTAINER } from "../../../shared/fleet/container-options.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import type { Fleet, Pool } from "../../../shared/fleet/pool.ts";
import { loadText } from "./load-text.ts";

const letters = "abcdefghijklmnopqrstuvwxyz0123456789".split("");
const word = fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 12 }).map((all) => all.join(""));
const repository = (owner: string) => word.map((name) => `${owner}/${name}.${name}_x`);
const unique = { minLength: 1, maxLength: 4, selector: (text: string) => text.toLowerCase() } as const;

const scoped: fc.Arbitrary<Pick<Pool, "scope" | "repositories" | "groupOnly">> = fc.oneof(
  fc.record({
    scope: fc.record({
      kind: fc.constant("organization" as const),
      organization: fc.constant("Acme-Org"),
      runnerGroup: fc.constantFrom("Default", "Big ones", "größe: 1 #x", "yes", "0"),
    }),
    repositories: fc.option(fc.uniqueArray(repository("acme-org"), unique)),
    groupOnly: fc.boolean(),
  }),
  fc.uniqueArray(word.chain(repository), unique).map((repositories) => ({
    scope: { kind: "repositories" as const, repositories },
    repositories,
    groupOnly: false,
  })),
);

const scaling = fc
  .tuple(fc.nat(20), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 9 }), fc.nat(604_800))
  .map(([min, above, queueThreshold, cooldownSeconds]) => ({ min, max: min + above, queueThreshold, cooldownSeconds }));

const resources = fc.record(
  {
    cpus: fc.integer({ min: 1, max: 640 }).map((tenths) => tenths / 10),
    memoryBytes: fc.integer({ min: 6 * 2 ** 20, max: 2 ** 45 }),
    pidsLimit: fc.integer({ min: 1, max: 100_000 }),
  },
  { requiredKeys: [] },
);

const pool: fc.Arbitrary<Pool> = fc
  .tuple(
    scoped,
    fc.record({
      key: word,
      visibility: fc.constantFrom("private", "public", "any"),
      labels: fc.uniqueArray(fc.oneof(word, fc.constantFrom("a=b", "x/y:z", "ünï", "@1", "No", "#7", "$5")), {
        ...unique,
        minLength: 0,
      }),
      scaling,
      architecture: fc.constantFrom("auto", "amd64", "arm64"),
      image: fc.constantFrom(
        "ghcr.io/actions/actions-runner:latest",
        "r.local:5000/a/b:1.2",
        `x@sha256:${"0f".repeat(32)}`,
      ),
      command: fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 }),
      workFolder: fc.constantFrom("_work", "w/jobs", "..w"),
      network: fc.constantFrom("bridge", "host", "ci.net"),
      runnerRoot: fc.constant(null),
      container: fc.constant(PLAIN_CONTAINER),
      resources,
    }),
  )
  .map(([scope, rest]) => ({ ...scope, ...rest }));

const fleet: fc.Arbitrary<Fleet> = fc.record({
  version: fc.constant(2 as const),
  pools: fc.uniqueArray(pool, { minLength: 1, maxLength: 4, selector: ({ key }) => key }),
});

/** A fleet as an operator would write it down. */
function written({ version, pools }: Fleet): string {
  return stringify({ version, pools: pools.map(writtenPool) });
}

function writtenPool({
  scope,
  repositories,
  runnerRoot: _unused,
  container: _plain,
  groupOnly,
  resources: limits,
  command,
  ...rest
}: Pool): object {
  const { memoryBytes, ...others } = limits;
  const place =
    scope.kind === "repositories"
      ? { repositories: scope.repositories }
      : {
          organization: scope.organization,
          runnerGroup: scope.runnerGroup,
          groupOnly,
          ...(repositories === null ? {} : { allowedRepositories: repositories }),
        };
  return {
    ...rest,
    ...place,
    command: command.map((part) => part.replaceAll("${", () => "$${")),
    resources: { ...others, ...(memoryBytes === undefined ? {} : { memory: `${memoryBytes}b` }) },
  };
}

test("whatever fleet an operator writes down is the fleet that is loaded", () => {
  fc.assert(
    fc.property(fleet, (wanted) => {
      expect(loadText(written(wanted)).fleet).toEqual(wanted);
    }),
    { numRuns: 300 },
  );
});
