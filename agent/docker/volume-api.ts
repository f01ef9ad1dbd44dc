import * as z from "zod/mini";
import { DockerError } from "./docker-error.ts";
import type { EngineCall, Engine } from "./engine.ts";

/** Older engines leave sizes out as -1, which means that they do not know. */
const sizeSchema = z.pipe(
  z.nullish(z.number()),
  z.transform((bytes): number | null => (bytes == null || bytes < 0 ? null : bytes)),
);

const volumeSchema = z.pipe(
  z.object({
    Name: z.string(),
    UsageData: z.nullish(z.object({ Size: sizeSchema })),
  }),
  z.transform((volume) => ({ name: volume.Name, sizeBytes: volume.UsageData?.Size ?? null })),
);

export type VolumeUsage = Readonly<z.infer<typeof volumeSchema>>;

/** Left out where there is nothing. */
const totalSchema = z.pipe(
  z.nullish(z.object({ TotalSize: sizeSchema })),
  z.transform((usage) => (usage == null ? undefined : (usage.TotalSize ?? 0))),
);

/** Before API 1.52 the engine tells `LayersSize`, `Volumes` and `BuildCache`, since then the others, in their place or beside. */
const usageSchema = z.pipe(
  z
    .object({
      LayersSize: sizeSchema,
      Volumes: z.nullish(z.array(volumeSchema)),
      BuildCache: z.nullish(z.array(z.object({ Size: sizeSchema }))),
      ImageUsage: totalSchema,
      VolumeUsage: z.nullish(z.object({ Items: z.nullish(z.array(volumeSchema)) })),
      BuildCacheUsage: totalSchema,
    })
    .check(
      z.refine(({ Volumes, VolumeUsage }) => Volumes !== undefined || VolumeUsage != null, {
        path: ["Volumes"],
        error: "is missing",
      }),
    ),
  z.transform((usage) => ({
    /** Of all images together, layers that they share once. */
    imageBytes: usage.ImageUsage ?? usage.LayersSize,
    volumes: usage.VolumeUsage?.Items ?? usage.Volumes ?? [],
    buildCacheBytes: usage.BuildCacheUsage ?? (usage.BuildCache ?? []).reduce((sum, { Size }) => sum + (Size ?? 0), 0),
  })),
);

/** What the engine keeps on its disk. Sizes in bytes; null where the engine does not know. */
export type EngineUsage = Readonly<z.infer<typeof usageSchema>>;

/** The engine adds up every file of every volume: minutes on spinning disks. */
const USAGE_SILENCE_MS = 10 * 60_000;

/**
 * Named volumes. All throw DockerError.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Volume
 */
export class VolumeApi {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemDataUsage
   * https://docs.docker.com/reference/api/engine/version/v1.52/#tag/System/operation/SystemDataUsage
   */
  usage(signal: AbortSignal): Promise<EngineUsage> {
    const call: EngineCall = {
      endpoint: "GET /system/df",
      method: "GET",
      path: "/system/df",
      // Without it API 1.52 adds up and names no volume; engines before do not know it.
      query: { verbose: "true" },
      silenceMs: USAGE_SILENCE_MS,
      signal,
    };
    return this.#engine.json(call, usageSchema);
  }

  /** Whether there is a volume of this name. */
  async exists(name: string, signal: AbortSignal): Promise<boolean> {
    const call: EngineCall = { endpoint: "GET /volumes/{name}", method: "GET", path: pathOf(name), signal };
    return (await this.#engine.status(call, [200, 404])) === 200;
  }

  /** Removes a volume with all that is in it: `gone` where there was none, `in-use` where a container has it. */
  async remove(name: string, signal: AbortSignal): Promise<"removed" | "gone" | "in-use"> {
    const call: EngineCall = { endpoint: "DELETE /volumes/{name}", method: "DELETE", path: pathOf(name), signal };
    try {
      return (await this.#engine.status(call, [204, 404])) === 204 ? "removed" : "gone";
    } catch (error) {
      if (error instanceof DockerError && error.code === "conflict") return "in-use";
      throw error;
    }
  }
}

function pathOf(name: string): string {
  return `/volumes/${encodeURIComponent(name)}`;
}
