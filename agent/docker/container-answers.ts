import * as z from "zod/mini";
import { labelsSchema, timeSchema } from "./answer-fields.ts";

/** One row of `GET /containers/json`. */
export const summarySchema = z.pipe(
  z.object({
    Id: z.string(),
    Names: z.nullish(z.array(z.string())),
    Labels: labelsSchema,
    State: z.string(),
    /** Seconds. */
    Created: z.nullish(z.number()),
  }),
  z.transform((row) => ({
    id: row.Id,
    name: bareName(row.Names?.[0] ?? ""),
    labels: row.Labels,
    state: row.State,
    /** Milliseconds since the epoch, by the engine's clock. */
    createdAtMs: row.Created == null ? null : row.Created * 1000,
  })),
);

export type ContainerSummary = Readonly<z.infer<typeof summarySchema>>;

/** The answer to a create. */
export interface CreatedContainer {
  readonly id: string;
  /** What the engine has to say of the settings that it took, or did not. */
  readonly warnings: readonly string[];
}

export const createdSchema = z.pipe(
  z.object({ Id: z.string().check(z.minLength(1)), Warnings: z.nullish(z.array(z.string())) }),
  z.transform(({ Id, Warnings }): CreatedContainer => ({ id: Id, warnings: Warnings ?? [] })),
);

const someOf = z.nullish(z.array(z.unknown()));
const amount = z.nullish(z.number());

/** What of the settings that it was asked for an engine says to have kept: as far as engines drop them in silence. */
const keptSchema = z.pipe(
  z.object({
    Memory: amount,
    NanoCpus: amount,
    CpuQuota: amount,
    CpuShares: amount,
    PidsLimit: amount,
    Runtime: z.nullish(z.string()),
    CapDrop: someOf,
    SecurityOpt: z.nullish(z.array(z.string())),
    DeviceRequests: someOf,
    Ulimits: someOf,
  }),
  z.transform((kept) => ({
    /** Bytes; 0 is no limit, as with the others. */
    memory: kept.Memory ?? 0,
    nanoCpus: kept.NanoCpus ?? 0,
    cpuQuota: kept.CpuQuota ?? 0,
    cpuShares: kept.CpuShares ?? 0,
    pidsLimit: kept.PidsLimit ?? 0,
    runtime: kept.Runtime ?? "",
    /** How many there are. */
    capDrop: kept.CapDrop?.length ?? 0,
    noNewPrivileges: kept.SecurityOpt?.some((option) => option.startsWith("no-new-privileges")) ?? false,
    deviceRequests: kept.DeviceRequests?.length ?? 0,
    ulimits: kept.Ulimits?.length ?? 0,
  })),
);

export type KeptSettings = Readonly<z.infer<typeof keptSchema>>;

const mountSchema = z.pipe(
  z.object({ Source: z.nullish(z.string()), Destination: z.string() }),
  z.transform(({ Source, Destination }) => ({ source: Source ?? "", destination: Destination })),
);

/** The fields of `GET /containers/{id}/json` that are used. The environment is not among them: it holds a credential. */
export const inspectSchema = z.pipe(
  z.object({
    Id: z.string(),
    Name: z.string(),
    Created: timeSchema,
    Config: z.object({ Labels: labelsSchema }),
    State: z.object({
      Status: z.string(),
      ExitCode: z.number(),
      OOMKilled: z.nullish(z.boolean()),
      StartedAt: timeSchema,
      FinishedAt: timeSchema,
    }),
    NetworkSettings: z.nullish(
      z.object({ Networks: z.nullish(z.record(z.string(), z.object({ NetworkID: z.nullish(z.string()) }))) }),
    ),
    HostConfig: z.nullish(keptSchema),
    Mounts: z.nullish(z.array(mountSchema)),
  }),
  z.transform((answer) => ({
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
    /** Null where the engine does not show it. */
    kept: answer.HostConfig ?? null,
    /** Paths on the host and in the container. */
    mounts: answer.Mounts ?? [],
  })),
);

export type ContainerDetail = Readonly<z.infer<typeof inspectSchema>>;

function bareName(name: string): string {
  return name.replace(/^\//, "");
}
