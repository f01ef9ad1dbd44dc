import { errorFields } from "../../../shared/errors/message-of.ts";
import { Backoff } from "../../../shared/clock/backoff.ts";
import type { Clock, Random } from "../../../shared/clock/clock.ts";
import type { Logger } from "../../../shared/log/logger.ts";
import { sleep } from "../../clock/sleep.ts";
import type { DockerClient } from "../../docker/docker-client.ts";
import { DockerError } from "../../docker/docker-error.ts";
import { engineTime } from "../../docker/engine-time.ts";
import type { ContainerEvent } from "../../docker/event-api.ts";
import type { EngineInfo } from "../../docker/system-api.ts";
import type { ContainerChange } from "../slot-provider.ts";

const RECONNECT = { baseMs: 250, capMs: 30_000 } as const;
/** A connection that lasted so long was a good one: the next wait starts small again. */
const STABLE_MS = 10_000;

export interface EventWatchOptions {
  readonly client: DockerClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Told at each connection what the engine says of its host. */
  readonly onInfo: (info: EngineInfo) => void;
}

/** Which events are followed. */
export interface FollowedEvents {
  /** Those from a time of the engine on, null for from now on; calls `onOpen` once the engine has answered. */
  readonly open: (since: string | null, onOpen: () => void, signal: AbortSignal) => AsyncIterable<ContainerEvent>;
  /** What one means for slots; null where it means nothing. */
  readonly changeOf: (event: ContainerEvent) => ContainerChange | null;
}

/**
 * Follows events of one engine until `signal` is aborted. After each connection it reports `resync`, with the
 * subscription already standing, so nothing falls between the list that follows and the events, and after each attempt
 * that failed `silent`. The end of the stream means only that one has to ask again. Never rejects.
 */
export async function watchEvents(
  options: EventWatchOptions,
  events: FollowedEvents,
  onChange: (change: ContainerChange) => void,
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff(RECONNECT, options.random);
  while (!signal.aborted) {
    const openedAtMs = await followOnce(options, events, onChange, signal);
    if (openedAtMs !== null && options.clock.monotonicMs() - openedAtMs >= STABLE_MS) backoff.reset();
    await sleep(options.clock, backoff.nextMs(), signal);
  }
}

/** One connection, to its end; resolves with the time it opened, or null when it never did. */
async function followOnce(
  options: EventWatchOptions,
  events: FollowedEvents,
  onChange: (change: ContainerChange) => void,
  signal: AbortSignal,
): Promise<number | null> {
  let openedAtMs: number | null = null;
  const onOpen = (): void => {
    openedAtMs = options.clock.monotonicMs();
    onChange({ kind: "resync" });
  };
  try {
    const since = await agree(options, signal);
    for await (const event of events.open(since, onOpen, signal)) {
      const change = events.changeOf(event);
      if (change !== null) onChange(change);
    }
    options.log.debug("Docker's event stream ended, asking again");
  } catch (error) {
    if (!signal.aborted) report(options.log, error);
    // A stream that broke is opened again at once; an engine that cannot be asked at all is another matter.
    if (!signal.aborted && openedAtMs === null) onChange({ kind: "silent" });
  }
  return openedAtMs;
}

/**
 * The engine answers before it subscribes, so events are asked for from an instant before: the engine's own clock,
 * read first, needs no agreement between two clocks. The version is agreed on anew, for the engine may be another one.
 */
async function agree({ client, onInfo }: EventWatchOptions, signal: AbortSignal): Promise<string | null> {
  await client.system.negotiate(signal);
  const info = await client.system.info(signal);
  onInfo(info);
  return engineTime(info.SystemTime);
}

function report(log: Logger, error: unknown): void {
  const told = error instanceof DockerError ? { code: error.code, remedy: error.remedy } : {};
  log.warn("Docker's events cannot be followed, trying again", { ...errorFields(error), ...told });
}
