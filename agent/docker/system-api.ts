import * as z from "zod/mini";
import type { Engine } from "./engine.ts";

const versionSchema = z.pipe(
  z.object({ Version: z.string(), ApiVersion: z.string(), MinAPIVersion: z.nullish(z.string()) }),
  z.transform((answer) => ({
    engine: answer.Version,
    newestApi: answer.ApiVersion,
    oldestApi: answer.MinAPIVersion ?? null,
  })),
);

/** Versions as the engine tells them. */
export type EngineVersion = Readonly<z.infer<typeof versionSchema>>;

const infoSchema = z.object({
  ServerVersion: z.nullish(z.string()),
  OperatingSystem: z.nullish(z.string()),
  KernelVersion: z.nullish(z.string()),
  Architecture: z.string(),
  NCPU: z.number(),
  /** Bytes. */
  MemTotal: z.number(),
  MemoryLimit: z.nullish(z.boolean()),
  SwapLimit: z.nullish(z.boolean()),
  CpuCfsPeriod: z.nullish(z.boolean()),
  CpuCfsQuota: z.nullish(z.boolean()),
  CPUShares: z.nullish(z.boolean()),
  PidsLimit: z.nullish(z.boolean()),
  LoggingDriver: z.nullish(z.string()),
  CgroupVersion: z.nullish(z.string()),
  CgroupDriver: z.nullish(z.string()),
  SecurityOptions: z.nullish(z.array(z.string())),
  DockerRootDir: z.nullish(z.string()),
  Driver: z.nullish(z.string()),
  InitCommit: z.nullish(z.object({ ID: z.string() })),
  InitBinary: z.nullish(z.string()),
  Runtimes: z.nullish(z.record(z.string(), z.unknown())),
  /** With its password masked by the engine. */
  HttpProxy: z.nullish(z.string()),
  HttpsProxy: z.nullish(z.string()),
  SystemTime: z.nullish(z.string()),
  Swarm: z.nullish(z.object({ ControlAvailable: z.nullish(z.boolean()) })),
});

/** The fields of `GET /info` that are used, as the engine spells them; old engines leave some out. */
export type EngineInfo = Readonly<z.infer<typeof infoSchema>>;

/** Questions about the engine itself. All throw DockerError. */
export class SystemApi {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Asks whether anybody answers and agrees on an API version anew, which it resolves with. */
  negotiate(signal: AbortSignal): Promise<string> {
    return this.#engine.negotiate(signal);
  }

  /** Resolves once the engine has answered anything at all. */
  async ping(signal: AbortSignal): Promise<void> {
    await this.#engine.status({ endpoint: "GET /_ping", method: "GET", path: "/_ping", signal }, [200]);
  }

  version(signal: AbortSignal): Promise<EngineVersion> {
    return this.#engine.json({ endpoint: "GET /version", method: "GET", path: "/version", signal }, versionSchema);
  }

  /** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemInfo */
  info(signal: AbortSignal): Promise<EngineInfo> {
    return this.#engine.json({ endpoint: "GET /info", method: "GET", path: "/info", signal }, infoSchema);
  }
}
