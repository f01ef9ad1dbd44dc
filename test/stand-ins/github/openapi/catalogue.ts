import { readFileSync } from "node:fs";

import * as z from "zod";

/** A schema as OpenAPI 3.0 writes it; what is in it is the validator's business. */
const schema = z.record(z.string(), z.unknown());
const content = z.record(z.string(), z.looseObject({ schema: schema.optional() }));
const reference = z.object({ $ref: z.string() });

const parameter = z.looseObject({
  name: z.string(),
  in: z.enum(["path", "query"]),
  required: z.boolean().default(false),
  schema,
});
const response = z.looseObject({ content: content.optional() });
const operation = z.looseObject({
  operationId: z.string(),
  parameters: z.array(z.union([reference, parameter])).default([]),
  requestBody: z.looseObject({ required: z.boolean().default(false), content }).optional(),
  responses: z.record(z.string(), z.union([reference, response])),
});
const description = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({
    schemas: z.record(z.string(), schema),
    parameters: z.record(z.string(), parameter),
    responses: z.record(z.string(), response),
  }),
});

export type Schema = z.infer<typeof schema>;
export type Parameter = z.infer<typeof parameter>;

/** One operation of GitHub's REST API with what its description says, references resolved but those within schemas. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  /** As GitHub writes it, `/orgs/{org}/actions/runners`. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: { readonly required: boolean; readonly schema: Schema } | null;
  /** By status; null where the answer has no body. */
  readonly answers: ReadonlyMap<number, Schema | null>;
}

export interface MatchedOperation {
  readonly operation: Operation;
  /** The parts of the path as they came, decoded. */
  readonly path: Readonly<Record<string, string>>;
}

const { paths, components } = description.parse(
  JSON.parse(readFileSync(new URL("operations.json", import.meta.url), "utf8")),
);

/** The schemas that others refer to as `#/components/schemas/NAME`. */
export const componentSchemas: Readonly<Record<string, Schema>> = components.schemas;

export const operations: readonly Operation[] = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, described]) => operationOf(method.toUpperCase(), path, described)),
);

const patterns = operations.map((each) => ({ operation: each, pattern: patternOf(each.path) }));

/** The operation that a request is for, or null when GitHub's description, as far as it was extracted, has none. */
export function findOperation(method: string, pathname: string): MatchedOperation | null {
  for (const { operation: candidate, pattern } of patterns) {
    if (candidate.method !== method) continue;
    const match = pattern.exec(pathname);
    if (match === null) continue;
    const path = Object.fromEntries(Object.entries(match.groups ?? {}).map(([name, value]) => [name, decode(value)]));
    return { operation: candidate, path };
  }
  return null;
}

function operationOf(method: string, path: string, described: z.infer<typeof operation>): Operation {
  const { requestBody } = described;
  const answers = Object.entries(described.responses).map(([status, answer]) => {
    const resolved = "$ref" in answer ? componentOf(components.responses, String(answer.$ref)) : answer;
    return [Number(status), jsonSchemaIn(resolved.content)] as const;
  });
  return {
    id: described.operationId,
    method,
    path,
    parameters: described.parameters.map((each) =>
      "$ref" in each ? componentOf(components.parameters, String(each.$ref)) : each,
    ),
    body:
      requestBody === undefined
        ? null
        : { required: requestBody.required, schema: jsonSchemaIn(requestBody.content) ?? {} },
    answers: new Map(answers),
  };
}

function jsonSchemaIn(described: z.infer<typeof content> | undefined): Schema | null {
  return described?.["application/json"]?.schema ?? null;
}

function componentOf<T>(named: Readonly<Record<string, T>>, name: string): T {
  const component = named[name.split("/").at(-1) ?? ""];
  if (component === undefined) throw new Error(`operations.json has no ${name}: run extract.ts again`);
  return component;
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
