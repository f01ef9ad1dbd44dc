import type { ContainerCreateRequest } from "@docker/node-sdk";

import type { Random } from "../../../shared/clock/clock.ts";
import type { DockerClient } from "../../docker/docker-client.ts";
import { orSkipped } from "./docker-facts.ts";

/** In place of the agent's label: what carries it is never adopted as a slot. */
const DRY_RUN_LABEL = "hookline.dry-run";
/** A leftover of a doctor that was killed; one of a doctor that runs now is younger. */
const LEFTOVER_MS = 60_000;

export interface ProbeContainerOptions {
  readonly instance: string;
  readonly random: Random;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** A container that the doctor makes to try something, and what to do with it. */
export interface ProbeContainer {
  /** What it is for, in its name; a pool's key or a network's name. */
  readonly what: string;
  readonly body: ContainerCreateRequest;
  readonly platform: string | null;
  /** Called with its id between creation and removal. */
  readonly use: (id: string) => Promise<void>;
}

/**
 * Creates a container that no agent takes for a slot, uses it and removes it with its anonymous volumes, whatever
 * fails. What a doctor that was killed has left goes first. Throws DockerError.
 *
 * None of the calls is cut short: the engine would do it all the same, and the container would stay.
 */
export async function withProbeContainer(
  client: DockerClient,
  { what, body, platform, use }: ProbeContainer,
  options: ProbeContainerOptions,
): Promise<void> {
  await sweepLeftovers(client, options);
  // A dot is in no slot's name, so that this one can never be taken for a slot.
  const name = `hookline.dry-run.${what}.${Math.floor(options.random() * 2 ** 40).toString(36)}`;
  const labels = { ...body.Labels, [DRY_RUN_LABEL]: options.instance };
  const id = await client.containers.create(name, { ...body, Labels: labels }, platform, unaborted());
  try {
    await use(id);
  } finally {
    await client.containers.remove(id, { force: true }, unaborted());
  }
}

async function sweepLeftovers(client: DockerClient, { instance, nowMs }: ProbeContainerOptions): Promise<void> {
  const rows = await orSkipped(client.containers.list(DRY_RUN_LABEL, instance, unaborted()));
  for (const { id } of rows) {
    const found = await client.containers.inspect(id, unaborted()).catch(() => null);
    if (found?.createdAtMs == null || nowMs - found.createdAtMs < LEFTOVER_MS) continue;
    await client.containers.remove(id, { force: true }, unaborted()).catch(() => false);
  }
}

/** For calls that must not be cut short; the transport bounds their silence. */
export function unaborted(): AbortSignal {
  return new AbortController().signal;
}
