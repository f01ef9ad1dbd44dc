import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { readPoolsFile } from "../../../agent/settings/pools-file.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const readText = (path: string): string => readFileSync(`${root}${path}`, "utf8");
const accepts = new Ajv({ strict: true, strictTypes: false }).compile(JSON.parse(readText("config/pools.schema.json")));
const pool = (more: object) => ({ version: 2, pools: [{ key: "nas", organization: "acme", ...more }] });

test("the schema that editors use is the one that the loader uses", () => {
  const { status, stderr } = spawnSync(process.execPath, ["config/build/generate-schema.ts", "--check"], {
    cwd: root,
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("the example file is loaded, warns of nothing but the name that stands for yours, and is fine in an editor", () => {
  const load = (env: Record<string, string>) =>
    readPoolsFile({ file: "config/pools.example.yaml", cwd: root, env }).warnings;
  expect(load({ GITHUB_ORGANIZATION: "acme" })).toEqual([]);
  expect(load({}).map(({ path }) => path)).toEqual(["pools[0].organization"]);
  expect(accepts(parse(readText("config/pools.example.yaml")))).toBe(true);
});

test("a version 1 file is fine in an editor", () => {
  expect(accepts(parse(readText("test/shared/fleet/fixtures/version-1.yaml")))).toBe(true);
});

test.each([
  [{}, true],
  [{ lables: ["x"] }, false],
  [{ runnerRoot: "/srv" }, false],
  [{ scaling: { max: 4 } }, true],
  [{ scaling: { max: "${MAX}" } }, true],
  [{ scaling: { max: "four" } }, false],
  [{ scaling: { max: 0 } }, false],
  [{ scaling: { maximum: 4 } }, false],
  [{ visibility: "any" }, true],
  [{ visibility: "${VISIBILITY:-private}" }, true],
  [{ visibility: "secret" }, false],
  [{ resources: { cpus: 1.5, memory: "2g" } }, true],
  [{ resources: { cpus: "1.5" } }, true],
  [{ resources: { cpus: 0 } }, false],
  [{ resources: { memory: "2q" } }, false],
  [{ labels: ["big,gpu"] }, false],
  [{ groupOnly: "yes" }, false],
])("an editor is told whether a pool with %j is right", (more, right) => {
  expect(accepts(pool(more))).toBe(right);
});
