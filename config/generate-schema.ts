import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { poolsJsonSchema } from "../shared/config/json-schema.ts";

/** Writes config/pools.schema.json from the loader's own schemas; with `--check` it only compares. */
const FILE = new URL("pools.schema.json", import.meta.url);

function current(): string {
  try {
    return readFileSync(FILE, "utf8");
  } catch {
    return "";
  }
}

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const wanted = `${JSON.stringify(poolsJsonSchema(), null, 2)}\n`;
if (!values.check) {
  writeFileSync(FILE, wanted);
} else if (current() !== wanted) {
  process.stderr.write("config/pools.schema.json is out of date; run: node config/generate-schema.ts\n");
  process.exitCode = 1;
}
