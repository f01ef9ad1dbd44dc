import { createHash } from "node:crypto";
import { readFileSync, watch } from "node:fs";
import { basename, dirname } from "node:path";

import type { CancelTimer, Clock } from "../../shared/clock/clock.ts";
import { errorFields, toFailure } from "../../shared/errors/message-of.ts";
import type { LoadedFleet } from "../../shared/fleet/load-fleet.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import { ConfigError, describeProblem } from "../../shared/fleet/config-error.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { SayOnce } from "../../shared/log/say-once.ts";
import type { FleetStatus } from "../../shared/status/fleet-status.ts";
import { wallTimeMs } from "../clock/two-clocks.ts";
import type { ReloadOutcome } from "../control/reload-outcome.ts";
import { fileState } from "../settings/file-state.ts";

/** Editors truncate, write and rename: what comes within this time is one edit. */
const SETTLE_MS = 250;

export interface FleetFileOptions {
  readonly path: string;
  /** @throws {ConfigError} */
  readonly read: () => LoadedFleet;
  /** As it was loaded at the start. */
  readonly fleet: Fleet;
  readonly take: (fleet: Fleet) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The pools file while the daemon runs: an edit is taken up whole, or refused whole and the fleet goes on as before. */
export class FleetFile {
  readonly #options: FleetFileOptions;
  readonly #said: SayOnce;
  #served: Fleet;
  #seen: string | null;
  #sha256: string | null;
  // Times on the monotonic clock.
  #readMs: number;
  #refused: NonNullable<FleetStatus["file"]>["refused"] = null;

  constructor(options: FleetFileOptions) {
    this.#options = options;
    this.#said = new SayOnce(options.log);
    this.#served = options.fleet;
    this.#seen = fileState(options.path);
    this.#sha256 = sha256Of(options.path);
    this.#readMs = options.clock.monotonicMs();
  }

  /** The keys of the pools that are served. */
  get pools(): readonly string[] {
    return this.#served.pools.map(({ key }) => key);
  }

  /** The file as it was last read, and why it is not served where it is not. */
  state(): NonNullable<FleetStatus["file"]> {
    const { path, clock } = this.#options;
    const wall = (ms: number): number => wallTimeMs(clock, ms);
    const refused = this.#refused === null ? null : { ...this.#refused, atMs: wall(this.#refused.atMs) };
    return { path, sha256: this.#sha256, readAtMs: wall(this.#readMs), refused };
  }

  /** Reads the file anew. Never throws. */
  reload(): ReloadOutcome {
    const { read, take, log, path } = this.#options;
    this.#seen = fileState(path);
    this.#sha256 = sha256Of(path);
    this.#readMs = this.#options.clock.monotonicMs();
    try {
      const { fleet, warnings } = read();
      this.#said.over("refused");
      this.#refused = null;
      if (JSON.stringify(fleet) === JSON.stringify(this.#served)) return { kind: "same", pools: this.pools };
      refuseOtherEngines(path, this.#served, fleet);
      take(fleet);
      this.#served = fleet;
      for (const warning of warnings) log.warn("configuration", { detail: describeProblem(path, warning) });
      log.info("pools file taken up", { pools: fleet.pools.map(({ key, labels }) => ({ key, labels })) });
      return { kind: "taken", pools: this.pools };
    } catch (error) {
      const { code, message, remedy = "" } = toFailure(error);
      const said = { reason: message, remedy: "correct the file; it is taken up once it can be used" };
      this.#refused = { atMs: this.#readMs, code, message, remedy };
      this.#said.say("error", "refused", "pools file refused; the fleet goes on as before", said);
      return { kind: "refused", code, message, remedy };
    }
  }

  /** Reads the file if it is another one than when it was last read: what no watch tells on a network file system. */
  lookAgain(): void {
    if (fileState(this.#options.path) !== this.#seen) this.reload();
  }

  /**
   * Takes edits up as they come, until `signal` is aborted. The folder is watched, since editors put another file in
   * place. A file system without such events leaves `lookAgain`. What came to the file between its first reading and now
   * is taken up first: a start may have waited long for its disk.
   */
  watch(signal: AbortSignal): void {
    const { path, clock, log } = this.#options;
    let settling: CancelTimer | null = null;
    try {
      const watcher = watch(dirname(path), { signal, persistent: false }, (_event, name) => {
        if (name !== null && name !== basename(path)) return;
        settling?.();
        settling = clock.after(SETTLE_MS, () => this.lookAgain());
      });
      watcher.on("error", (error) => log.warn("pools file not watched; sweeps look at it", errorFields(error)));
      signal.addEventListener("abort", () => settling?.(), { once: true });
      log.info("pools file is watched", { file: path });
    } catch (error) {
      log.warn("pools file not watched; sweeps look at it", errorFields(error));
    }
    this.reload();
  }
}

/** Where engines are is settled at the start: their slots are watched from there. @throws {ConfigError} */
function refuseOtherEngines(path: string, served: Fleet, fleet: Fleet): void {
  const addresses = ({ engines = [] }: Fleet): string =>
    JSON.stringify(
      engines
        .flatMap(({ name, address }) => (address === null ? [] : [[name, address] as const]))
        .toSorted(([a], [b]) => a.localeCompare(b)),
    );
  if (addresses(served) === addresses(fleet)) return;
  const message = "the addresses of engines are taken up by a restart of the agent alone; restart it";
  throw new ConfigError(path, [{ path: "engines", message }]);
}

/** Of the file as it is; null where it cannot be read. */
function sha256Of(path: string): string | null {
  try {
    return createHash("sha256").update(readFileSync(path)).digest("hex");
  } catch {
    return null;
  }
}
