// `gh api` as far as remedies use it, run as a program: reads its words as gh does and makes the one call they ask for.
// https://cli.github.com/manual/gh_api
import { parseArgs } from "node:util";

const [command, ...rest] = process.argv.slice(2);
if (command !== "api") fail(`gh ${command} is not known here`);
const { values, positionals } = parseArgs({
  args: rest,
  allowPositionals: true,
  options: {
    method: { type: "string", short: "X" },
    "raw-field": { type: "string", short: "f", multiple: true },
    field: { type: "string", short: "F", multiple: true },
  },
});
const [path, ...others] = positionals;
if (path === undefined || others.length > 0) fail(`accepts 1 arg, received ${positionals.length}`);
const body: Record<string, unknown> = {};
for (const field of values["raw-field"] ?? []) put(...pairOf(field));
for (const field of values.field ?? []) {
  const [key, text] = pairOf(field);
  put(key, /^(true|false|null|-?\d+)$/.test(text) ? JSON.parse(text) : text);
}
const hasBody = Object.keys(body).length > 0;
const response = await fetch(`${process.env["GITHUB_API_URL"]}/${path}`, {
  method: values.method ?? (hasBody ? "POST" : "GET"),
  headers: { authorization: `Bearer ${process.env["GH_TOKEN"]}`, "user-agent": "gh" },
  ...(hasBody ? { body: JSON.stringify(body) } : {}),
});
process.stdout.write(await response.text());
if (!response.ok) fail(`HTTP ${response.status}`);

function pairOf(field: string): [string, string] {
  const at = field.indexOf("=");
  if (at < 1) fail(`field "${field}" requires a value separated by an '=' sign`);
  return [field.slice(0, at), field.slice(at + 1)];
}

/** `config[url]` is a field of an object, `events[]` one more item of a list. */
function put(key: string, value: unknown): void {
  const [, name = key, inner] = /^([^[]+)\[([^\]]*)\]$/.exec(key) ?? [];
  if (inner === undefined) body[name] = value;
  else if (inner === "") body[name] = [...((body[name] as unknown[] | undefined) ?? []), value];
  else body[name] = { ...(body[name] as object | undefined), [inner]: value };
}

function fail(message: string): never {
  process.stderr.write(`gh: ${message}\n`);
  process.exit(1);
}
