import { afterEach, expect } from "vitest";

import { dockerTest } from "../stand-ins/docker/engine.ts";
import { LABELS, REPOSITORY, startDockerChain, type DockerChain } from "./docker-chain.ts";

let chain: DockerChain | null = null;

afterEach(async () => {
  await chain?.close();
  chain = null;
});

dockerTest(
  "C-13: scale --dry-run starts nothing in a drained pool, and says so, beside the daemon and after its end; a pause says until when and why",
  async () => {
    chain = await startDockerChain({ maxSlots: 2, edge: false, sweepIntervalSeconds: 1 });
    const { agent, github } = chain;
    agent.start();
    await agent.waitForLine(/sweep done/);
    const drain = agent.command("drain", "e2e");
    expect(await drain.exited()).toBe(0);
    github.queueJob({ repository: REPOSITORY, labels: LABELS, runsForMs: null });

    const beside = await agent.scale("--dry-run");
    expect(beside.stdout).toContain("pool e2e is drained");
    expect(beside.stdout).not.toContain("would start");
    await agent.kill();
    const after = await agent.scale("--dry-run", "--json");
    expect(JSON.parse(after.stdout)).toMatchObject({ ok: true, actions: [], drained: ["e2e"] });

    github.misbehave({
      operation: /generate-runner-jitconfig/,
      fault: { kind: "secondary-limit", retryAfterSeconds: 300 },
    });
    agent.start();
    await agent.waitForLine(/sweep done/);
    const undo = agent.command("drain", "e2e", "--undo");
    expect(await undo.exited()).toBe(0);
    await agent.waitForLine(/slot not started/);
    const paused = await agent.scale("--dry-run");
    expect(paused.stdout).toMatch(/starts nothing until \d{4}-\d\d-\d\dT[\d:.]+Z: github-/);
  },
);
