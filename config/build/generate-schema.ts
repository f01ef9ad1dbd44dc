import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { poolsJsonSchema } from "../../shared/fleet/json-schema.ts";
import { configurationPage } from "./configuration-page.ts";
import { openApiText } from "./openapi.ts";
import { figurePages } from "./figure-pages.ts";

/** Writes what is made from the loader's own schemas and from the recorded figures; with `--check` it only compares. */
const FILES: readonly (readonly [name: string, content: () => string])[] = [
  ["config/pools.schema.json", () => `${JSON.stringify(poolsJsonSchema(), null, 2)}\n`],
  ["config/openapi.json", openApiText],
  ["docs/configuration.md", configurationPage],
  ...figurePages(),
];

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
for (const [name, content] of FILES) {
  const file = new URL(`../../${name}`, import.meta.url);
  const wanted = content();
  if (!values.check) {
    writeFileSync(file, wanted);
  } else if (current(file) !== wanted) {
    process.stderr.write(`${name} is out of date; run: node config/build/generate-schema.ts\n`);
    process.exitCode = 1;
  }
}

function current(file: URL): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
