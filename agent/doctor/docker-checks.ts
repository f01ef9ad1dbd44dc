import type { Fleet } from "../../shared/config/pool.ts";
import type { DockerClient } from "../docker/docker-client.ts";
import type { Check } from "./check.ts";

/** Whether the engine answers to this user, speaks an API that we speak, and has the images of the pools. */
export function dockerChecks(docker: DockerClient, fleet: Fleet | null): readonly Check[] {
  const engine: Check = {
    id: "docker-engine",
    group: "docker",
    run: async (signal) => {
      const api = await docker.system.negotiate(signal);
      const info = await docker.system.info(signal);
      const summary = `Docker ${info.ServerVersion ?? "?"} answers, API ${api}`;
      return { status: "pass", summary, detail: `kernel ${info.KernelVersion ?? "?"}, ${info.Architecture}` };
    },
  };
  const images = [...new Set((fleet?.pools ?? []).map((pool) => pool.image))].map((image): Check => ({
    id: `docker-image:${image}`,
    group: "docker",
    run: async (signal) => {
      const found = await docker.images.inspect(image, signal).catch(() => undefined);
      if (found === undefined) return { status: "skip", summary: "the engine could not be asked" };
      if (found !== null) return { status: "pass", summary: `image ${image} is here` };
      return { status: "warn", summary: `image ${image} is not here`, remedy: `docker pull ${image}` };
    },
  }));
  return [engine, ...images];
}
