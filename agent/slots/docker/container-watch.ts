import type { ContainerEvent } from "../../docker/event-api.ts";
import type { ContainerChange } from "../slot-provider.ts";
import { INSTANCE_LABEL } from "./container-labels.ts";
import { watchEvents, type EventWatchOptions } from "./event-watch.ts";

export interface ContainerWatchOptions extends EventWatchOptions {
  readonly instance: string;
}

/** Follows the containers of one instance as `watchEvents` does: each end of one is reported. */
export function watchContainers(
  options: ContainerWatchOptions,
  onChange: (change: ContainerChange) => void,
  signal: AbortSignal,
): Promise<void> {
  const { client, instance } = options;
  const events = {
    open: (since: string | null, onOpen: () => void, until: AbortSignal) =>
      client.events.containers({ label: INSTANCE_LABEL, value: instance, since }, onOpen, until),
    changeOf: (event: ContainerEvent) => changeOf(event, instance),
  };
  return watchEvents(options, events, onChange, signal);
}

/** Podman says `died` where Docker says `die`. */
function changeOf({ action, attributes }: ContainerEvent, instance: string): ContainerChange | null {
  if (action !== "die" && action !== "died") return null;
  if (attributes[INSTANCE_LABEL] !== instance || attributes.name === undefined) return null;
  const exitCode = attributes.exitCode ?? attributes.containerExitCode ?? "";
  return { kind: "exited", name: attributes.name, exitCode: /^\d+$/.test(exitCode) ? Number(exitCode) : null };
}
