import type * as z from "zod/mini";

type Shape = Readonly<Record<string, z.ZodMiniType>>;

/** The fields of a mapping that are well formed; the others are undefined. */
export type Draft<S extends Shape> = { readonly [Key in keyof S]?: z.output<S[Key]> | undefined };

/**
 * Reads what can be read of a mapping that may have mistakes elsewhere, so that checks across fields can speak
 * up in the same run as the schema does.
 */
export function draftOf<S extends Shape>(shape: S, value: unknown): Draft<S> {
  const source = asMapping(value);
  const fields: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(shape)) {
    const result = schema.safeParse(source[key]);
    if (result.success) fields[key] = result.data;
  }
  return fields as Draft<S>;
}

/** The mapping itself, or an empty one for anything else. */
export function asMapping(value: unknown): Readonly<Record<string, unknown>> {
  return isMapping(value) ? value : {};
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
