import * as z from "zod/mini";
import { version1Schema } from "./version-1.ts";
import { version2Schema } from "./version-2.ts";

type Json = Readonly<Record<string, unknown>>;

/** A text that a variable completes; what it will hold is not known to an editor. */
const INTERPOLATED = { type: "string", pattern: "\\$\\{[A-Z0-9_]+(:-.*?)?\\}" } as const;
const NUMBER_AS_TEXT = { type: "string", pattern: "^\\d+(\\.\\d+)?$" } as const;

/**
 * The JSON Schema (draft 7, which the YAML plug-ins of editors take) of config/pools.yaml, made from the
 * schemas that the loader uses. Rules across fields are the loader's alone.
 */
export function poolsJsonSchema(): Json {
  const { $schema, ...body } = z.toJSONSchema(z.discriminatedUnion("version", [version1Schema, version2Schema]), {
    target: "draft-07",
    io: "input",
  });
  return {
    $schema,
    title: "Hookline's config/pools.yaml",
    description: "The pools of ephemeral runners: version 2, or version 1 as github-runner-fleet writes it.",
    ...mapValues(body, allowVariables),
  };
}

/** Lets `${NAME}` stand wherever a text or number must have a certain form. */
function allowVariables(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(allowVariables);
  if (typeof node !== "object" || node === null) return node;
  const walked = mapValues(node, allowVariables);
  const alternatives = alternativesOf(walked);
  if (alternatives.length === 0) return walked;
  const { description, default: preset, ...rule } = walked;
  return {
    ...(description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
    anyOf: [rule, ...alternatives],
  };
}

function alternativesOf(node: Json): Json[] {
  const { type } = node;
  if ("const" in node) return [];
  if (type === "integer" || type === "number") return [NUMBER_AS_TEXT, INTERPOLATED];
  const constrained = ["pattern", "enum", "minLength", "maxLength"].some((key) => key in node);
  return type === "string" && constrained ? [INTERPOLATED] : [];
}

function mapValues(node: object, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, change(value)]));
}
