import { SETTINGS, SETTING_NAMES } from "../../agent/settings/settings-table.ts";
import { poolsJsonSchema } from "../../shared/fleet/json-schema.ts";
import { version2Schema } from "../../shared/fleet/version-2.ts";

interface Node {
  readonly description?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly items?: Node;
  readonly additionalProperties?: Node | boolean;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
}

const HEAD = `# Configuration

Made by \`pnpm generate\` from the schemas that read it: do not edit. \`hookline config check\` says what a pools file means.

## Environment of the agent

A secret may stand in a file instead: \`NAME_FILE\` is its path. Both at once is an error, and an empty variable counts as
unset. A file that is replaced is read anew when GitHub or the edge refuses the secret of before, and by
\`hookline reload\`. \`docker inspect\` shows the environment to whoever may use Docker, so files are what the compose files
use.

| variable | default | means |
|---|---|---|
`;

const POOLS = `
## config/pools.yaml

\`\${NAME}\` and \`\${NAME:-default}\` take the value of an environment variable, never of a secret. Editors check the file
against [pools.schema.json](../config/pools.schema.json).

| key | default | means |
|---|---|---|
`;

const ENGINE = `
### An engine

Under its name in \`engines\`; [engines](engines.md) says when a second one is worth it.

| key | default | means |
|---|---|---|
`;

const POOL = `
### A pool

| key | default | means |
|---|---|---|
`;

const VERSION_1 = `
### Version 1

A file of github-runner-fleet loads as it is: its \`organization\`, \`runnerGroup\`, \`repositoryAccess\`,
\`allowedRepositories\`, \`visibility\`, \`labels\`, \`size\`, \`scaling\`, \`architecture\` and \`resources\` mean what they mean there,
\`runnerRoot\` is read and not used, and every pool gets the labels \`synology\`, \`shell-only\` and its visibility.

Next: \`hookline config check\` says what a file means, [the doctor](doctor.md) whether its pools would get runners.
`;

/** docs/configuration.md: every variable of the agent and every key of a version 2 pools file. */
export function configurationPage(): string {
  const file = (poolsJsonSchema() as Node).oneOf?.find(({ properties }) => properties?.["version"]?.const === 2);
  const { pools, ...rest } = file?.properties ?? {};
  const pool = pools?.items;
  if (pool === undefined) throw new Error("the JSON Schema has no version 2 with pools");
  const least = version2Schema.parse({ version: 2, pools: [{ key: "least" }] });
  const ofFile = rowsOf({ properties: rest, defaults: least, required: [], prefix: "" });
  const { properties = {}, required = [] } = pool;
  const engine = file?.properties?.["engines"]?.additionalProperties;
  const keys = typeof engine === "object" ? (engine.properties ?? {}) : {};
  const ofEngine = rowsOf({ properties: keys, defaults: { insecure: false }, required: [], prefix: "" });
  return `${HEAD}${settingRows()}${POOLS}${ofFile}${ENGINE}${ofEngine}${POOL}${rowsOf({ properties, defaults: least.pools[0], required, prefix: "" })}${VERSION_1}`;
}

function settingRows(): string {
  return SETTING_NAMES.map((name) => {
    const { description, fallback, secret, neededBy } = SETTINGS[name];
    const needed = neededBy.length === 0 ? "" : ` Needed by ${neededBy.map((each) => code(each)).join(", ")}.`;
    const text = `${description}${needed}`;
    return row(secret ? `${name}\` or \`${name}_FILE` : name, fallback === null ? "" : code(fallback), text);
  }).join("");
}

interface Place {
  readonly properties: Readonly<Record<string, Node>>;
  /** What the loader makes of a place where nothing is said. */
  readonly defaults: unknown;
  readonly required: readonly string[];
  readonly prefix: string;
}

/** One row a key; the keys of a mapping follow it under their full path. */
function rowsOf({ properties, defaults, required, prefix }: Place): string {
  return Object.entries(properties)
    .filter(([name]) => name !== "version")
    .map(([name, node]) => {
      const isRequired = required.includes(name);
      const fallback = (defaults as Readonly<Record<string, unknown>> | undefined)?.[name];
      const path = `${prefix}${name}`;
      const choices = choicesOf(node);
      const text = `${node.description ?? ""}${choices === "" ? "" : ` (${choices})`}`;
      const shown = isRequired ? "required" : defaultText(node, fallback);
      return row(path, shown, text) + innerRows(node, fallback, path);
    })
    .join("");
}

function innerRows({ properties, items }: Node, defaults: unknown, path: string): string {
  if (properties !== undefined) return rowsOf({ properties, defaults, required: [], prefix: `${path}.` });
  const { properties: each, required = [] } = items ?? {};
  return each === undefined ? "" : rowsOf({ properties: each, defaults: undefined, required, prefix: `${path}[].` });
}

function defaultText({ properties }: Node, fallback: unknown): string {
  return fallback === undefined || properties !== undefined ? "" : code(JSON.stringify(fallback));
}

function choicesOf(node: Node): string {
  const values = node.enum ?? node.anyOf?.find((option) => option.enum !== undefined)?.enum ?? [];
  return values.map((value) => code(String(value))).join(", ");
}

function row(name: string, fallback: string, text: string): string {
  return `| \`${name}\` | ${fallback} | ${text.replaceAll("|", "\\|")} |\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}
