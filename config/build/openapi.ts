import * as z from "zod/mini";

import { VERSION } from "../../shared/version.ts";
import { jobsStatusSchema, runningJobSchema, waitingJobSchema } from "../../shared/status/job-status.ts";
import { statusSchema } from "../../shared/status/status.ts";
import { widgetSummarySchema } from "../../agent/web/summary.ts";

const errorSchema = z.object({ error: z.string(), remedy: z.optional(z.string()) });
const job = { atMs: z.number(), waiting: z.nullable(waitingJobSchema), running: z.nullable(runningJobSchema) };

/** The schemas that the answers are made by, by their name in the description. */
const SCHEMAS = {
  Status: statusSchema,
  Summary: widgetSummarySchema,
  Jobs: z.object({ atMs: z.number(), ...jobsStatusSchema.shape }),
  Job: z.object(job),
  Health: z.object({ ok: z.boolean() }),
  Readiness: z.object({ ok: z.boolean(), holds: z.array(z.string()) }),
  Error: errorSchema,
} as const;

type SchemaName = keyof typeof SCHEMAS;

const json = (name: SchemaName, description: string) => ({
  description,
  content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } },
});

const text = (type: string, description: string) => ({
  description,
  content: { [type]: { schema: { type: "string" } } },
});

const WRONG_NAME = { 421: json("Error", "Asked under a name that is not in HOOKLINE_HTTP_HOSTS.") };
const NO_TOKEN = { 401: json("Error", "No token, or a wrong one."), ...WRONG_NAME };

const free = (summary: string, responses: object) => ({
  get: { summary, security: [], responses: { ...responses, ...WRONG_NAME } },
});
const read = (summary: string, responses: object) => ({ get: { summary, responses: { ...responses, ...NO_TOKEN } } });

const PATHS = {
  "/healthz": free("The process answers.", { 200: json("Health", "It does.") }),
  "/readyz": free("Whether jobs would be planned for now.", {
    200: json("Readiness", "They would."),
    503: json("Readiness", "What exists, or what happened, is still being told."),
  }),
  "/api/status": read("All that the daemon believes, and why.", { 200: json("Status", "The status document.") }),
  "/api/summary": read("The same in flat figures, for widgets.", { 200: json("Summary", "The figures.") }),
  "/api/jobs": read("The open jobs.", {
    200: json("Jobs", "Those that wait, each with its reason, and those that run."),
  }),
  "/api/jobs/{id}": {
    ...read("One open job.", { 200: json("Job", "It is open."), 404: json("Job", "No job with this id is open.") }),
    parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer", minimum: 1 } }],
  },
  "/metrics": read("What Prometheus scrapes; OpenMetrics where Accept asks for it.", {
    200: text("text/plain", "The metrics."),
  }),
  "/api/events": read("The status document at once, and after each change, as events named status.", {
    200: text("text/event-stream", "A stream without an end."),
  }),
};

/** config/openapi.json: what the agent serves over HTTP, from the schemas that the answers are made by. */
export function openApiText(): string {
  const schemas = Object.fromEntries(
    Object.entries(SCHEMAS).map(([name, schema]) => {
      const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "output", unrepresentable: "throw" });
      return [name, rest];
    }),
  );
  const document = {
    openapi: "3.1.0",
    info: {
      title: "Hookline agent",
      version: VERSION,
      description: "What HOOKLINE_HTTP serves. Times are milliseconds.",
    },
    security: [{ bearer: [] }, { basic: [] }],
    paths: PATHS,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        basic: { type: "http", scheme: "basic", description: "Any user; the token is the password." },
      },
      schemas,
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
