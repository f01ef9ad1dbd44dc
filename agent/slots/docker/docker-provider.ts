import type { Clock, Random } from "../../../shared/clock/clock.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import type { Logger } from "../../../shared/log/logger.ts";
import { errorFields } from "../../../shared/errors/message-of.ts";
import { SayOnce } from "../../../shared/log/say-once.ts";
import type { ContainerSummary } from "../../docker/container-answers.ts";
import { INSTANCE_LABEL, readSlotLabels } from "./container-labels.ts";
import { containerSpec, platformOf, settingsLeftOut } from "./container-spec.ts";
import type { DockerClient } from "../../docker/docker-client.ts";
import { parseDockerHost, type DockerHost } from "../../docker/docker-host.ts";
import { engineTimeMs } from "../../docker/engine-time.ts";
import { nullOn } from "../../docker/null-on.ts";
import type { EngineInfo } from "../../docker/system-api.ts";
import type { EngineCalls } from "../../docker/transport.ts";
import { hostFeatures, type HostFeatures } from "./host-features.ts";
import { inspectSoon } from "./inspect-soon.ts";
import { Admission, refuseOldKernel, type RoomKeeper, type RoomRule } from "./admission.ts";
import { RemoteAdmission, type RemoteRoomRule } from "./remote-admission.ts";
import { SlotImages } from "./slot-images.ts";
import type { RegistryAuth } from "../../docker/registry-auth.ts";
import type { ReplacedRecords } from "../../journal/replaced-records.ts";
import { NO_PROXY, type OwnProxy } from "../../settings/own-proxy.ts";
import { DockerImagePulls } from "./image-pulls.ts";
import { proxyLeftOut } from "./job-proxy.ts";
import { socketOnHost } from "./lent.ts";
import { poolRefusal, refuse, socketRefusal } from "./pool-refusal.ts";
import { ReadBack } from "./read-back.ts";
import { observedRow, observedSlot } from "./observed-container.ts";
import { inSlotTerms } from "./slot-error.ts";
import { CachePreparation } from "./cache-preparation.ts";
import { DockerSlotStart } from "./container-start.ts";
import { StartPace } from "../start-pace.ts";
import { watchContainers } from "./container-watch.ts";
import { RUNNER_LINES, runsJob } from "./runner-words.ts";
import { HelperContainers } from "./helper-container.ts";
import type { ObservedSlot, ContainerChange, SlotProvider, SlotSpec } from "../slot-provider.ts";

export interface DockerSlotProviderOptions {
  readonly client: DockerClient;
  /** Where the client finds the engine; the usual socket where it is left out. */
  readonly dockerHost?: DockerHost;
  /** The agent's own way out, for pools that hand it to their jobs; none where it is left out. */
  readonly proxy?: OwnProxy;
  /** Id of this agent; only containers that carry it are listed, stopped or removed. */
  readonly instance: string;
  /** The id of the agent's data folder, for the label that tells two agents of one instance apart. */
  readonly folderId?: string | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Docker network of all slots, in place of the one that their pool names. */
  readonly network?: string;
  /** Credentials for private images; none where it is left out. */
  readonly registryAuth?: RegistryAuth;
  /** What this machine has left; a provider without it starts whatever is asked for. */
  readonly room?: RoomRule | RemoteRoomRule;
}

function roomKeeper({ room, clock, client }: DockerSlotProviderOptions): RoomKeeper | null {
  if (room === undefined) return null;
  return "room" in room ? new Admission(room, clock) : new RemoteAdmission(room, client);
}

/** Slots as containers of a Docker Engine: siblings of the agent, known by their labels alone. */
export class DockerSlotProvider implements SlotProvider {
  readonly #options: DockerSlotProviderOptions;
  readonly #client: DockerClient;
  readonly #log: Logger;
  readonly #images: SlotImages;
  readonly #starter: DockerSlotStart;
  readonly #helpers: HelperContainers;
  readonly #caches: CachePreparation;
  readonly #admission: RoomKeeper | null;
  readonly #unseen: SayOnce;
  readonly #readBack: ReadBack;
  readonly #dockerHost: DockerHost;
  readonly #proxy: OwnProxy;
  #socket: string | null | undefined;
  #features: HostFeatures | null = null;
  /** Slots whose images were seen to when they were admitted. */
  readonly #imaged = new Set<string>();

  constructor(options: DockerSlotProviderOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#log = options.log;
    this.#unseen = new SayOnce(options.log);
    this.#readBack = new ReadBack(options);
    this.#dockerHost = options.dockerHost ?? parseDockerHost(undefined);
    this.#proxy = options.proxy ?? NO_PROXY;
    const pulls = new DockerImagePulls(options.client, options.clock, options.log, options.registryAuth);
    this.#images = new SlotImages({ ...options, pulls });
    this.#starter = new DockerSlotStart({ ...options, pulls, pace: new StartPace(options.clock, options.log) });
    this.#admission = roomKeeper(options);
    this.#helpers = new HelperContainers(options);
    this.#caches = new CachePreparation({ ...options, pulls, helpers: this.#helpers });
  }

  keepIn(replaced: ReplacedRecords): void {
    this.#images.keepIn(replaced);
  }

  prepare(pools: readonly Pool[], signal: AbortSignal): Promise<void> {
    return inSlotTerms(async () => {
      const host = await this.#host(signal);
      for (const pool of pools) this.#reportLeftOut(pool, host);
      for (const pool of pools) await this.#dockerSocket(pool, signal);
      const ofImage = Map.groupBy(pools, (pool) => `${platformOf(pool, host) ?? ""} ${pool.image}`);
      const outcomes = await Promise.allSettled([...ofImage.values()].map((some) => this.#ready(some, host, signal)));
      const failed = outcomes.find((outcome) => outcome.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    });
  }

  admit(name: string, pool: Pool, signal: AbortSignal): Promise<void> {
    return inSlotTerms(async () => {
      refuse(socketRefusal(pool, this.#dockerHost));
      const host = await this.#host(signal);
      refuseOldKernel(host);
      refuse(poolRefusal(pool, host, this.#dockerHost));
      await this.#admission?.admit(name, pool, host, signal);
      await this.#images.beforeRegistration(pool, platformOf(pool, host), signal);
      this.#imaged.add(name);
    });
  }

  dismiss(name: string): void {
    this.#imaged.delete(name);
    this.#admission?.release(name);
  }

  start(spec: SlotSpec, signal: AbortSignal): Promise<{ readonly startedAtMs: number }> {
    return inSlotTerms(async () => {
      const { instance, folderId, network = spec.pool.network, clock } = this.#options;
      const host = await this.#host(signal);
      const platform = platformOf(spec.pool, host);
      if (!this.#imaged.delete(spec.name)) await this.#images.beforeStart(spec.pool, platform, signal);
      await this.#caches.prepare(spec.pool, host, signal);
      const lent = { proxy: this.#proxy, dockerSocket: await this.#dockerSocket(spec.pool, signal) };
      const container = containerSpec({
        spec,
        instance,
        folderId: folderId ?? null,
        host,
        network,
        createdAtMs: clock.now(),
        lent,
      });
      const created = await this.#starter.start(spec, container, signal);
      void this.#readBack.look(spec.pool, container.body.HostConfig ?? {}, created, host);
      this.#admission?.started(spec.name);
      return { startedAtMs: clock.now() };
    });
  }

  list(signal: AbortSignal): Promise<readonly ObservedSlot[]> {
    return inSlotTerms(async () => {
      const rows = await this.#client.containers.list(INSTANCE_LABEL, this.#options.instance, signal);
      const slots = await Promise.all(rows.map((row) => this.#observe(row, signal)));
      return slots.filter((slot) => slot !== null);
    });
  }

  watch(onChange: (change: ContainerChange) => void, signal: AbortSignal): Promise<void> {
    const onInfo = (info: EngineInfo): void => {
      this.#features = hostFeatures(info);
      void this.#helpers.clear({ engineNowMs: engineTimeMs(info.SystemTime), purposes: ["prepare-cache"] });
    };
    const onEnd = (change: ContainerChange): void => {
      if (change.kind === "exited") this.#admission?.release(change.name);
      onChange(change);
    };
    return watchContainers({ ...this.#options, onInfo }, onEnd, signal);
  }

  stop(name: string, graceMs: number, signal: AbortSignal): Promise<void> {
    return inSlotTerms(async () => {
      const own = await this.#own(name, signal);
      if (own !== null) await nullOn(this.#client.containers.stop(own.id, graceMs, signal), "not-found");
    });
  }

  remove(name: string, signal: AbortSignal): Promise<void> {
    return inSlotTerms(async () => {
      const own = await this.#own(name, signal);
      if (own !== null) await this.#client.containers.remove(own.id, { force: false }, signal);
      // Some gigabytes on a slow disk: nobody waits for that.
      void this.#images.clearReplaced(signal);
      this.#admission?.release(name);
    });
  }

  ping(signal: AbortSignal): Promise<void> {
    return inSlotTerms(() => this.#client.system.ping(signal));
  }

  host(): HostFeatures | null {
    return this.#features;
  }

  describe(signal: AbortSignal): Promise<HostFeatures> {
    return inSlotTerms(() => this.#host(signal));
  }

  containersRunning(signal: AbortSignal): Promise<ReadonlySet<string>> {
    return inSlotTerms(async () => new Set((await this.#client.containers.running(signal)).map(({ name }) => name)));
  }

  asked(): EngineCalls {
    return this.#client.calls();
  }

  imageBuiltAtMs(pool: Pool): number | null {
    return this.#images.builtAtMs(pool, this.#features === null ? null : platformOf(pool, this.#features));
  }

  async working(name: string, signal: AbortSignal): Promise<boolean | null> {
    return runsJob(await this.logTail(name, RUNNER_LINES, signal));
  }

  logTail(name: string, lines: number, signal: AbortSignal): Promise<string> {
    return inSlotTerms(async () => {
      const own = await this.#own(name, signal);
      const text = own === null ? null : await this.#client.containers.logs(own.id, lines, signal);
      return (text ?? "").trimEnd();
    });
  }

  /** One image, and then the caches of the pools that have it. */
  async #ready(pools: readonly Pool[], host: HostFeatures, signal: AbortSignal): Promise<void> {
    const [first] = pools;
    if (first === undefined) return;
    const platform = platformOf(first, host);
    await this.#images.prepare(first, platform, signal);
    await Promise.all(pools.map((pool) => this.#caches.prepare(pool, host, signal)));
  }

  async #host(signal: AbortSignal): Promise<HostFeatures> {
    this.#features ??= hostFeatures(await this.#client.system.info(signal));
    return this.#features;
  }

  /** Looked up once, for the first pool that shares it. */
  async #dockerSocket({ container }: Pool, signal: AbortSignal): Promise<string | null> {
    if (container.docker !== "socket") return null;
    this.#socket ??= await socketOnHost(this.#client, this.#dockerHost, this.#options.clock, signal);
    return this.#socket;
  }

  #reportLeftOut(pool: Pool, host: HostFeatures): void {
    for (const { setting, reason } of [...settingsLeftOut(pool, host), ...proxyLeftOut(pool, this.#proxy)]) {
      this.#log.warn("a setting of the pool is not enforced on this host", { pool: pool.key, setting, reason });
    }
  }

  /** One that cannot be inspected is what its row in the list says: it must hide no other. */
  async #observe(row: ContainerSummary, signal: AbortSignal): Promise<ObservedSlot | null> {
    const { instance, clock } = this.#options;
    try {
      const container = await inspectSoon(this.#client, row.id, clock, signal);
      const labels = container === null ? null : readSlotLabels(container.labels, instance);
      this.#unseen.over(row.name);
      return container === null || labels === null ? null : observedSlot(container, labels);
    } catch (error) {
      signal.throwIfAborted();
      this.#unseen.say("warn", row.name, "container cannot be inspected; its row in the list is believed", {
        slot: row.name,
        ...errorFields(error),
      });
      const labels = readSlotLabels(row.labels, instance);
      return labels === null ? null : observedRow(row, labels);
    }
  }

  /** The container of that name if it is ours; one that is not is as good as absent. */
  async #own(name: string, signal: AbortSignal): Promise<Pick<ContainerSummary, "id" | "labels"> | null> {
    const { instance, clock } = this.#options;
    const found = await inspectSoon(this.#client, name, clock, signal).catch(async () => {
      signal.throwIfAborted();
      const rows = await this.#client.containers.list(INSTANCE_LABEL, instance, signal);
      return rows.find((row) => row.name === name) ?? null;
    });
    if (found === null || found.name !== name) return null;
    if (readSlotLabels(found.labels, this.#options.instance) !== null) return found;
    this.#log.warn("a container with the name of a slot is not this agent's and is left alone", { slot: name });
    return null;
  }
}
