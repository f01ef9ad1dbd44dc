import * as z from "zod";
import type { Engine } from "./engine.ts";

const versionSchema = z
  .object({ Version: z.string(), ApiVersion: z.string(), MinAPIVersion: z.string().nullish() })
  .transform((answer) => ({
    engine: answer.Version,
    newestApi: answer.ApiVersion,
    oldestApi: answer.MinAPIVersion ?? null,
  }));

/** Versions as the engine tells them. */
export type EngineVersion = Readonly<z.infer<typeof versionSchema>>;

const infoSchema = z.object({
  ServerVersion: z.string().nullish(),
  OperatingSystem: z.string().nullish(),
  KernelVersion: z.string().nullish(),
  Architecture: z.string(),
  NCPU: z.number(),
  /** Bytes. */
  MemTotal: z.number(),
  MemoryLimit: z.boolean().nullish(),
  SwapLimit: z.boolean().nullish(),
  CpuCfsPeriod: z.boolean().nullish(),
  CpuCfsQuota: z.boolean().nullish(),
  CPUShares: z.boolean().nullish(),
  PidsLimit: z.boolean().nullish(),
  LoggingDriver: z.string().nullish(),
  CgroupVersion: z.string().nullish(),
  CgroupDriver: z.string().nullish(),
  SecurityOptions: z.array(z.string()).nullish(),
  DockerRootDir: z.string().nullish(),
  Driver: z.string().nullish(),
  InitCommit: z.object({ ID: z.string() }).nullish(),
  InitBinary: z.string().nullish(),
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
  /** With its password masked by the engine. */
  HttpProxy: z.string().nullish(),
  HttpsProxy: z.string().nullish(),
  SystemTime: z.string().nullish(),
  Swarm: z.object({ ControlAvailable: z.boolean().nullish() }).nullish(),
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
