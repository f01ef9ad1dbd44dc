import { expect, test } from "vitest";
import * as z from "zod";

import { VERSION } from "../../shared/version.ts";
import { read } from "./files.ts";

test("Worker and agent call themselves by the package's version", () => {
  const text = read("package.json");
  expect(VERSION).toBe(z.object({ version: z.string() }).parse(JSON.parse(text)).version);
});

test("package.json names no package manager, which pnpm 12 would lock for every platform", () => {
  const manifest = JSON.parse(read("package.json"));
  expect(manifest).not.toHaveProperty("packageManager");
  expect(manifest).not.toHaveProperty("devEngines");
});
