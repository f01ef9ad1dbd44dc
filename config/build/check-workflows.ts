import { globSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";

/**
 * Holds the workflow files against GitHub's own parser and schema, the one its editor extensions use. Exits 1 and names
 * file, line and fault. https://github.com/actions/languageservices/tree/main/workflow-parser
 */
const root = join(import.meta.dirname, "../..");

// The package imports its schemas as JSON without saying so, which bundlers take and Node does not.
registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context),
});
const { NoOperationTraceWriter, parseWorkflow } = await import("@actions/workflow-parser");

const names = globSync(".github/workflows/*.{yml,yaml}", { cwd: root });
if (names.length === 0) throw new Error("There are no workflow files in .github/workflows.");
for (const name of names) {
  const content = readFileSync(join(root, name), "utf8");
  const { context } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  for (const { message } of context.errors.getErrors()) {
    process.stderr.write(`${message}\n`);
    process.exitCode = 1;
  }
}
