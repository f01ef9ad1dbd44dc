import * as z from "zod";

const labelsSchema = z
  .record(z.string(), z.string())
  .nullish()
  .transform((labels): Readonly<Record<string, string>> => labels ?? {});

/** The engine writes year 1 for what has not happened. */
const timeSchema = z
  .string()
  .nullish()
  .transform((text): number | null => {
    const ms = Date.parse(text ?? "");
    return Number.isNaN(ms) || ms <= 0 ? null : ms;
  });

/** One row of `GET /containers/json`. */
export const summarySchema = z
  .object({
    Id: z.string(),
    Names: z.array(z.string()).nullish(),
    Labels: labelsSchema,
    State: z.string(),
    /** Seconds. */
    Created: z.number().nullish(),
  })
  .transform((row) => ({
    id: row.Id,
    name: bareName(row.Names?.[0] ?? ""),
    labels: row.Labels,
    state: row.State,
    /** Milliseconds since the epoch, by the engine's clock. */
    createdAtMs: row.Created == null ? null : row.Created * 1000,
  }));

export type ContainerSummary = Readonly<z.infer<typeof summarySchema>>;

/** The fields of `GET /containers/{id}/json` that are used. The environment is not among them: it holds a credential. */
export const inspectSchema = z
  .object({
    Id: z.string(),
    Name: z.string(),
    Created: timeSchema,
    Config: z.object({ Labels: labelsSchema }),
    State: z.object({
      Status: z.string(),
      ExitCode: z.number(),
      OOMKilled: z.boolean().nullish(),
      StartedAt: timeSchema,
      FinishedAt: timeSchema,
    }),
    NetworkSettings: z
      .object({ Networks: z.record(z.string(), z.object({ NetworkID: z.string().nullish() })).nullish() })
      .nullish(),
  })
  .transform((answer) => ({
    id: answer.Id,
    name: bareName(answer.Name),
    labels: answer.Config.Labels,
    status: answer.State.Status,
    exitCode: answer.State.ExitCode,
    oomKilled: answer.State.OOMKilled ?? false,
    /** Milliseconds since the epoch, like the others; null for what has not happened. */
    createdAtMs: answer.Created,
    startedAtMs: answer.State.StartedAt,
    finishedAtMs: answer.State.FinishedAt,
    /** The networks that it was made for, by name; the id is empty until it was joined. */
    networks: new Map(
      Object.entries(answer.NetworkSettings?.Networks ?? {}).map(([name, { NetworkID }]) => [name, NetworkID ?? ""]),
    ) as ReadonlyMap<string, string>,
  }));

export type ContainerDetail = Readonly<z.infer<typeof inspectSchema>>;

function bareName(name: string): string {
  return name.replace(/^\//, "");
}
