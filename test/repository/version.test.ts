import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";
import * as z from "zod";

import { VERSION } from "../../shared/version.ts";

test("Worker and agent call themselves by the package's version", () => {
  const text = readFileSync(join(import.meta.dirname, "../../package.json"), "utf8");
  expect(VERSION).toBe(z.object({ version: z.string() }).parse(JSON.parse(text)).version);
});

test("package.json names no package manager, which pnpm 12 would lock for every platform", () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));
  expect(manifest).not.toHaveProperty("packageManager");
  expect(manifest).not.toHaveProperty("devEngines");
});
