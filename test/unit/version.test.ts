import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";
import * as z from "zod";

import { VERSION } from "../../shared/version.ts";

test("Worker and agent call themselves by the package's version", () => {
  const text = readFileSync(join(import.meta.dirname, "../../package.json"), "utf8");
  expect(VERSION).toBe(z.object({ version: z.string() }).parse(JSON.parse(text)).version);
});
