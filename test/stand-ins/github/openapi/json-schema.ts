import type { Schema } from "./catalogue.ts";

/**
 * The JSON Schema that says what a schema of OpenAPI 3.0 says: `nullable` is no keyword there.
 *
 * https://spec.openapis.org/oas/v3.0.3#schema-object
 */
export function toJsonSchema(schema: Schema): Schema {
  const { nullable, ...rest } = mapped(schema);
  return nullable === true ? orNull(rest) : rest;
}

function mapped(schema: Schema): Schema {
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, convert(key, value)]));
}

function convert(keyword: string, value: unknown): unknown {
  if (keyword === "enum" || keyword === "default" || keyword === "required") return value;
  if (keyword === "properties") return isSchema(value) ? mapValues(value) : value;
  if (Array.isArray(value)) return value.map((item: unknown) => (isSchema(item) ? toJsonSchema(item) : item));
  return isSchema(value) ? toJsonSchema(value) : value;
}

function mapValues(named: Schema): Schema {
  return Object.fromEntries(
    Object.entries(named).map(([name, value]) => [name, isSchema(value) ? toJsonSchema(value) : value]),
  );
}

function orNull(schema: Schema): Schema {
  return { anyOf: [{ type: "null" }, schema] };
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
