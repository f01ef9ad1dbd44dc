import { PLAIN_CONTAINER } from "../../../shared/fleet/container-options.ts";
import { suiteName } from "./suite-names.ts";
import { systemClock } from "../../../agent/clock/system-clock.ts";
import { DockerClient } from "../../../agent/docker/docker-client.ts";
import type { DockerHost } from "../../../agent/docker/docker-host.ts";
import { DockerSlotProvider, type DockerSlotProviderOptions } from "../../../agent/slots/docker/docker-provider.ts";
import type { SlotSpec } from "../../../agent/slots/slot-provider.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import { createLogger, type Logger } from "../../../shared/log/logger.ts";

/** A secret that no log line and no error may show. */
export const JIT_CONFIG = "c2VjcmV0LWppdC1jb25maWd1cmF0aW9u";

export function poolOf(changes: Partial<Pool> = {}): Pool {
  return {
    key: "small",
    scope: { kind: "organization", organization: "acme", runnerGroup: "Default" },
    visibility: "private",
    repositories: null,
    labels: ["nas"],
    groupOnly: false,
    scaling: { min: 0, max: 4, queueThreshold: 1, cooldownSeconds: 60 },
    architecture: "auto",
    image: "ghcr.io/actions/actions-runner:2.335.0",
    command: ["/home/runner/run.sh"],
    workFolder: "_work",
    network: "bridge",
    runnerRoot: null,
    container: PLAIN_CONTAINER,
    resources: {},
    ...changes,
  };
}

export function specOf(pool: Pool, changes: Partial<SlotSpec> = {}): SlotSpec {
  return {
    name: `hl-test-${suiteName()}`,
    pool,
    scope: "acme",
    runnerId: 17,
    jitConfig: JIT_CONFIG,
    ...changes,
  };
}

/** A logger that keeps its lines. */
export function keepingLogger(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    log: createLogger({ plane: "agent", level: "debug", now: Date.now, write: (line) => void lines.push(line) }),
  };
}

export interface ProviderUnderTest {
  readonly provider: DockerSlotProvider;
  readonly client: DockerClient;
  readonly lines: string[];
}

/** A provider on the machine's clock and the host's network; waits between reconnects are a tenth of their range. */
export function providerOn(
  host: DockerHost,
  instance: string,
  more: Partial<DockerSlotProviderOptions> = {},
): ProviderUnderTest {
  const client = new DockerClient(host);
  const { log, lines } = keepingLogger();
  const provider = new DockerSlotProvider({
    client,
    instance,
    clock: systemClock,
    random: () => 0.1,
    log,
    network: "host",
    ...more,
  });
  return { provider, client, lines };
}

/** A signal that nobody aborts. */
export function calm(): AbortSignal {
  return new AbortController().signal;
}
