import { expect, test } from "vitest";

import { GO, makeClient } from "./client-fixture.ts";
import { startScriptedServer } from "./scripted-server.ts";

interface Group {
  readonly id: number;
  readonly name: string;
  readonly default?: boolean;
  readonly inherited?: boolean;
}

const cases: readonly (readonly [string, string, readonly Group[], number])[] = [
  [
    "a renamed default group is the one of a pool that names none",
    "Default",
    [{ id: 1, name: "ARM64", default: true }],
    1,
  ],
  [
    "an own group comes before an inherited one of the same name",
    "Default",
    [
      { id: 9, name: "Default", inherited: true },
      { id: 1, name: "Default", default: true },
    ],
    1,
  ],
  [
    "the same for a name of the operator's own",
    "nas",
    [
      { id: 9, name: "nas", inherited: true },
      { id: 4, name: "NAS" },
      { id: 1, name: "Default", default: true },
    ],
    4,
  ],
  ["an inherited group is better than none", "nas", [{ id: 9, name: "nas", inherited: true }], 9],
  [
    "an inherited Default gives way to the group that is the default",
    "default",
    [
      { id: 9, name: "Default", inherited: true },
      { id: 1, name: "ARM64", default: true },
    ],
    1,
  ],
];

test.each(cases)("F16: %s", async (_title, name, groups, id) => {
  await using server = await startScriptedServer(() => ({
    status: 200,
    body: { total_count: groups.length, runner_groups: groups },
  }));
  expect(await makeClient(server.url).client.runnerGroupId("acme", name, GO)).toBe(id);
});

test("F10: a server without rate limits has none, and that is no failure", async () => {
  await using server = await startScriptedServer(() => ({
    status: 404,
    body: { message: "Rate limiting is not enabled." },
  }));
  const { client } = makeClient(server.url);
  const scope = { kind: "organization", organization: "acme" } as const;
  expect(await client.inspector.limits(scope, GO)).toMatchObject({ buckets: [], tokenEndsAtMs: null });
});
