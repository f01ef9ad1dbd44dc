import { afterEach, expect } from "vitest";

import { dockerTest } from "../stand-ins/docker/engine.ts";
import { LABELS, REPOSITORY, startDockerChain, type DockerChain } from "./docker-chain.ts";

let chain: DockerChain | null = null;

afterEach(async () => {
  await chain?.close();
  chain = null;
});

dockerTest(
  "C-13: retire asked by another process lets a job end; a warm runner goes and a fresh one comes; --force ends a job that runs, and says so",
  async () => {
    chain = await startDockerChain({
      maxSlots: 2,
      edge: false,
      sweepIntervalSeconds: 1,
      pool: { scaling: { min: 1, max: 2, cooldownSeconds: 600 } },
    });
    const { github, agent, containers } = chain;
    const isOnline = () => github.runners().some(({ status, busy }) => status === "online" && !busy);
    agent.start();
    await github.waitFor(isOnline, "a warm runner");
    const [warm = ""] = await containers();

    const retire = agent.command("retire", warm, "--json");
    expect(await retire.exited()).toBe(0);
    await github.waitFor(isOnline, "a fresh warm runner");
    expect(await containers()).not.toContain(warm);

    const [patient, hopeless] = github
      .queueMatrix({ repository: REPOSITORY, labels: LABELS, runsForMs: null, count: 2 })
      .map(({ id }) => github.job(id));
    if (patient === undefined || hopeless === undefined) throw new Error("two jobs were queued");
    const stateOf = (id: number) => github.job(id);
    await github.waitFor(
      () => [patient, hopeless].every(({ id }) => stateOf(id).status === "in_progress"),
      "both jobs to run",
    );
    const slotOf = (id: number): string => stateOf(id).runnerName ?? "";

    const waits = agent.command("retire", slotOf(patient.id));
    await waits.waitForLine(/busy with/);
    github.completeJob(patient.id);
    expect(await waits.exited()).toBe(0);
    expect(stateOf(patient.id).conclusion).toBe("success");

    const forced = agent.command("retire", slotOf(hopeless.id), "--force");
    expect(await forced.exited()).toBe(0);
    expect(forced.output.at(-1)).toMatch(new RegExp(`^Slot ${slotOf(hopeless.id)} is gone. It was stopped with`));
    expect(await containers()).not.toContain(slotOf(hopeless.id));
    const wrong = agent.command("retire", warm);
    expect(await wrong.exited()).toBe(2);
  },
);
