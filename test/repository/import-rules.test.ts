import { describe, expect, test } from "vitest";

import { runningCode } from "./files.ts";
import { importViolations } from "./import-rules.ts";

const CODE = runningCode();

test("shared/, worker/ and agent/ keep to the import rules", () => {
  expect(CODE.size).toBeGreaterThan(50);
  expect(importViolations(CODE)).toEqual([]);
});

describe("the rules are noticed when they are broken", () => {
  test.each<[string, string, RegExp]>([
    ["shared/a.ts", 'import { join } from "node:path";', /shared\/a\.ts imports node:path/],
    ["shared/a.ts", 'import { env } from "cloudflare:workers";', /imports cloudflare:workers/],
    ["shared/x/a.ts", 'import { app } from "../../worker/app.ts";', /imports worker\/app\.ts/],
    ["shared/x/a.ts", 'export { agent } from "../../agent/daemon/agent.ts";', /imports agent\/daemon\/agent\.ts/],
    ["shared/x/a.ts", 'import type {\n  A,\n  B,\n} from "../../test/unit/a.ts";', /imports test\/unit\/a\.ts/],
    ["shared/a.ts", 'import * as z from "zod";', /imports zod/],
    ["worker/a.ts", 'import * as z from "zod";', /imports zod/],
    ["worker/a.ts", 'import { z } from "zod/mini";', /imports names of zod/],
    ["worker/a.ts", 'import { createHash } from "node:crypto";', /imports node:crypto/],
    ["worker/a.ts", 'const { agent } = await import("../agent/daemon/agent.ts");', /imports agent\/daemon\/agent\.ts/],
    ["worker/a.ts", 'import "../test/worker/agent.ts";', /imports test\/worker\/agent\.ts/],
    ["agent/x/a.ts", 'import { app } from "../../worker/app.ts";', /imports worker\/app\.ts/],
    ["agent/a.ts", 'import { DurableObject } from "cloudflare:workers";', /imports cloudflare:workers/],
    ["agent/a.ts", 'import { schema } from "../config/generate-schema.ts";', /imports config\/generate-schema\.ts/],
    ["agent/a.ts", 'import { z } from "zod";', /imports names of zod/],
    ["agent/a.ts", 'import { b } from "./b";', /imports \.\/b without its extension/],
    [
      "shared/link/index.ts",
      '/** All. */\nexport * from "./up.ts";\nexport type { Down } from "./down.ts";\n',
      /only passes on/,
    ],
  ])("%s with %j", (file, text, violation) => {
    expect(importViolations(new Map(CODE).set(file, text)).join("\n")).toMatch(violation);
  });

  test("a cycle of files", () => {
    const cyclic = new Map([
      ["shared/a.ts", 'import { b } from "./b.ts";'],
      ["shared/b.ts", 'import type { c } from "./x/c.ts";'],
      ["shared/x/c.ts", 'export { a } from "../a.ts";'],
    ]);
    expect(importViolations(cyclic)).toEqual([
      "cycle: shared/a.ts → shared/b.ts → shared/x/c.ts → shared/a.ts",
      "folders in a circle: shared/b.ts → shared/x/c.ts, shared/x/c.ts → shared/a.ts",
    ]);
  });

  test("folders in a circle, although no file is", () => {
    const circle = new Map([
      ["agent/x/a.ts", 'import { b } from "../y/b.ts";'],
      ["agent/y/b.ts", ""],
      ["agent/y/c.ts", 'import { d } from "../z/d.ts";'],
      ["agent/z/d.ts", 'import { e } from "../x/e.ts";'],
      ["agent/x/e.ts", ""],
    ]);
    expect(importViolations(circle)).toEqual([
      "folders in a circle: agent/x/a.ts → agent/y/b.ts, agent/y/c.ts → agent/z/d.ts, agent/z/d.ts → agent/x/e.ts",
    ]);
  });
});

test.each([
  'import { x } from "./b.ts";\nexport const from = "node:path";',
  '/** See import { a } from "node:fs" for why not. */\nexport const a = 1;',
  'import * as z from "zod/mini";',
])("what only looks like a violation is none: %j", (text) => {
  expect(importViolations(new Map([["shared/a.ts", text]]))).toEqual([]);
});
