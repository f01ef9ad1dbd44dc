import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

import { componentSchemas, type Operation, type Parameter, type Schema } from "./catalogue.ts";
import { toJsonSchema } from "./json-schema.ts";

/** What a request carries, as it came. */
export interface RequestParts {
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Undefined where the request has no body. */
  readonly body: unknown;
}

/** A request after the check: parameters with the types that the description gives them. */
export interface CheckedRequest {
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  readonly body: unknown;
}

/** Where something departs from the description: `path`, `query` or `body` for a request. */
export interface Departure {
  readonly where: string;
  readonly what: string;
}

/**
 * GitHub describes `created` as a date-time and documents it as a range of dates.
 * https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-repository
 */
const RANGES = new Set(["created"]);

const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
addFormats(ajv);
ajv.addFormat("timestamp", true);
ajv.addSchema({
  $id: "github",
  components: {
    schemas: Object.fromEntries(Object.entries(componentSchemas).map(([name, each]) => [name, toJsonSchema(each)])),
  },
});

const compiled = new Map<Schema, ValidateFunction>();

/** What is wrong with a request by its operation's description; nothing, if the list is empty. */
export function checkRequest(
  operation: Operation,
  parts: RequestParts,
): { readonly request: CheckedRequest; readonly departures: readonly Departure[] } {
  const departures: Departure[] = [];
  const parameters: Record<string, string | number | boolean> = {};
  for (const parameter of operation.parameters) {
    const text = parameter.in === "path" ? parts.path[parameter.name] : (parts.query.get(parameter.name) ?? undefined);
    if (text === undefined) {
      if (parameter.required) departures.push({ where: parameter.in, what: `${parameter.name} is missing` });
      continue;
    }
    const value = valueOf(parameter, text);
    for (const what of parameterFaults(parameter, value)) departures.push({ where: parameter.in, what });
    parameters[parameter.name] = value;
  }
  departures.push(...unknownParameters(operation, parts.query), ...bodyFaults(operation, parts.body));
  return { request: { parameters, body: parts.body }, departures };
}

/** What is wrong with an answer. A refusal that the operation does not describe is held against GitHub's basic error. */
export function checkAnswer(operation: Operation, status: number, body: unknown): readonly string[] {
  if (!operation.answers.has(status) && status < 400) return [`${operation.id} has no answer ${status}`];
  const schema = operation.answers.get(status) ?? (status < 400 ? null : { $ref: "#/components/schemas/basic-error" });
  if (schema === null) return body === undefined ? [] : [`${operation.id} ${status} has no body`];
  return faultsOf(schema, body).map((fault) => `${operation.id} ${status}: ${fault}`);
}

function valueOf({ schema, name }: Parameter, text: string): string | number | boolean {
  if (RANGES.has(name)) return text;
  if (schema["type"] === "integer" && /^-?\d{1,19}$/.test(text)) return Number(text);
  if (schema["type"] === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

function parameterFaults({ schema, name }: Parameter, value: unknown): readonly string[] {
  return RANGES.has(name) ? [] : faultsOf(schema, value).map((fault) => `${name} ${fault}`);
}

/** GitHub ignores these; whoever sends one expects something of it. */
function unknownParameters(operation: Operation, query: URLSearchParams): readonly Departure[] {
  const known = new Set(operation.parameters.filter((each) => each.in === "query").map((each) => each.name));
  return [...new Set(query.keys())]
    .filter((name) => !known.has(name))
    .map((name) => ({ where: "query", what: `${name} is no parameter of ${operation.id}` }));
}

function bodyFaults({ id, body: described }: Operation, body: unknown): readonly Departure[] {
  if (body === undefined) return described?.required === true ? [{ where: "body", what: "is missing" }] : [];
  if (described === null) return [{ where: "body", what: `${id} takes none` }];
  return faultsOf(described.schema, body).map((what) => ({ where: "body", what }));
}

function faultsOf(schema: Schema, value: unknown): readonly string[] {
  const validate = compiled.get(schema) ?? ajv.compile(rebased(toJsonSchema(schema)));
  compiled.set(schema, validate);
  return validate(value) ? [] : (validate.errors ?? []).slice(0, 5).map(sentence);
}

/** Lets references find the components, whichever schema they are in. */
function rebased(schema: Schema): Schema {
  const text = JSON.stringify(schema).replaceAll('"#/components/', '"github#/components/');
  return JSON.parse(text) as Schema;
}

function sentence({ instancePath, message, params }: ErrorObject): string {
  const allowed: unknown = params["allowedValues"] ?? params["additionalProperty"];
  return `${instancePath} ${message ?? "is wrong"}${allowed === undefined ? "" : ` (${JSON.stringify(allowed)})`}`.trim();
}
