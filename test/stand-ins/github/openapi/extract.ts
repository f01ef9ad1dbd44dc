/**
 * Takes the operations of operation-ids.ts, and the components that they refer to, out of GitHub's OpenAPI description,
 * and writes operations.json with its checksum. To renew them:
 *
 *     npm pack @octokit/openapi@23.0.2 --pack-destination FOLDER
 *     tar -xzf FOLDER/octokit-openapi-23.0.2.tgz -C FOLDER package/generated/api.github.com.json
 *     node test/stand-ins/github/openapi/extract.ts FOLDER/package/generated/api.github.com.json
 */
import { readFileSync, writeFileSync } from "node:fs";

import { checksumOf } from "./checksum.ts";
import { OPERATION_IDS } from "./operation-ids.ts";
import { isObject, prune, referencesIn, type Json, type JsonObject } from "./prune.ts";

const METHODS = ["get", "post", "put", "patch", "delete"];
/** What GitHub answers where an operation does not describe its refusals. */
const ALWAYS = ["#/components/schemas/basic-error", "#/components/schemas/validation-error"];

const source = process.argv[2];
if (source === undefined) throw new Error("usage: node test/stand-ins/github/openapi/extract.ts api.github.com.json");
const description = JSON.parse(readFileSync(source, "utf8")) as JsonObject;

const paths = extractPaths(description);
const subset = {
  openapi: description["openapi"] ?? null,
  paths,
  components: extractComponents(description, paths),
};
const text = JSON.stringify(subset, null, 2);
writeFileSync(new URL("operations.json", import.meta.url), `${text}\n`);
writeFileSync(new URL("operations.sha256", import.meta.url), `${checksumOf(text)}\n`);

function extractPaths({ paths: all }: JsonObject): JsonObject {
  const wanted = new Set(OPERATION_IDS);
  const found: Record<string, Json> = {};
  for (const [path, item] of Object.entries(asObject(all))) {
    const operations = Object.entries(asObject(item)).filter(([method, operation]) => {
      return (
        METHODS.includes(method) &&
        isObject(operation) &&
        wanted.delete(JSON.stringify(operation["operationId"]).slice(1, -1))
      );
    });
    if (operations.length > 0) found[path] = Object.fromEntries(operations.map(([key, value]) => [key, prune(value)]));
  }
  if (wanted.size > 0) throw new Error(`GitHub's description does not have: ${[...wanted].join(", ")}`);
  return found;
}

function extractComponents({ components: all }: JsonObject, from: JsonObject): JsonObject {
  const found: Record<string, Record<string, Json>> = {};
  const open = [...ALWAYS, ...referencesIn(from)];
  for (let reference = open.pop(); reference !== undefined; reference = open.pop()) {
    const [, kind, name] = /^#\/components\/([^/]+)\/([^/]+)$/.exec(reference) ?? [];
    if (kind === undefined || name === undefined)
      throw new Error(`a reference that is not to a component: ${reference}`);
    const ofKind = (found[kind] ??= {});
    if (name in ofKind) continue;
    const component = prune(asObject(asObject(all)[kind])[name] ?? null);
    ofKind[name] = component;
    open.push(...referencesIn(component));
  }
  return Object.fromEntries(Object.entries(found).map(([kind, named]) => [kind, sorted(named)]));
}

function sorted(named: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(named).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function asObject(value: Json | undefined): JsonObject {
  if (isObject(value)) return value;
  throw new Error("this is no OpenAPI description: an object is missing where there should be one");
}
