import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { symlinkSync } from "node:fs";
import { join } from "node:path";

import { afterEach, expect, onTestFinished } from "vitest";

import { machineFacts } from "../../agent/house/machine-facts.ts";
import { temporaryFolder } from "../stand-ins/files/temporary-folder.ts";

import { dockerTest } from "../stand-ins/docker/engine.ts";
import { discard, rawCall } from "../stand-ins/docker/raw-call.ts";
import { LABELS, REPOSITORY, startDockerChain, type DockerChain } from "./docker-chain.ts";

/** The kernel shows the first fifteen characters of a program's name. */
const PROGRAM = `rsync-${randomBytes(4).toString("hex")}`;
const BACKUP = `backup-${randomBytes(4).toString("hex")}`;

let chain: DockerChain | null = null;

afterEach(async () => {
  await discard(`/containers/${BACKUP}?force=1&v=1`);
  await chain?.close();
  chain = null;
});

dockerTest(
  "a job waits while a container that its pool heeds runs, with that reason, and runs once it has ended",
  async () => {
    chain = await startDockerChain({
      maxSlots: 2,
      edge: true,
      sweepIntervalSeconds: 1,
      pool: { holdWhile: { containers: [BACKUP] } },
    });
    const { github, agent, agentOptions, registered } = chain;
    const { image } = agentOptions.pools as { readonly image: string };
    const body = { Image: image, Entrypoint: ["sleep", "600"], HostConfig: { NetworkMode: "none" } };
    await rawCall("POST", `/containers/create?name=${BACKUP}`, JSON.stringify(body));
    await rawCall("POST", `/containers/${BACKUP}/start`);
    agent.start();
    await agent.waitForLine(/"holds":\["container backup-\w+ runs"\]/);
    await agent.waitForLine(/"msg":"link up"/);
    const job = github.queueJob({ repository: REPOSITORY, labels: LABELS, runsForMs: null }).id;
    await github.deliveriesSettled();
    const why = agent.command("why", String(job), "--json");
    expect(await why.exited()).toBe(0);
    const reason = expect.stringContaining(`other work: container ${BACKUP} runs`);
    expect(JSON.parse(why.output.join("\n"))).toMatchObject({ job: { state: "waiting", why: reason, mender: "time" } });
    expect(registered()).toBe(0);
    await rawCall("POST", `/containers/${BACKUP}/kill`);
    await github.waitFor(() => github.job(job).status === "in_progress", "the job to run");
    github.completeJob(job);
  },
);

dockerTest(
  "a job waits while a program of this machine runs that its pool heeds, and runs once it has ended",
  async () => {
    const pool = { holdWhile: { processes: [PROGRAM] } };
    chain = await startDockerChain({ maxSlots: 2, edge: true, sweepIntervalSeconds: 1, pool });
    const { github, agent, registered } = chain;
    const program = join(temporaryFolder(), PROGRAM);
    symlinkSync("/bin/sleep", program);
    const running = spawn(program, ["600"], { stdio: "ignore" });
    onTestFinished(() => void running.kill());
    agent.start();
    await agent.waitForLine(/"msg":"the house is looked at"/);
    await agent.waitForLine(/"msg":"link up"/);
    // An agent that sees no program of its machine says so, and holds nothing.
    if (machineFacts().processes() === null) return;
    const job = github.queueJob({ repository: REPOSITORY, labels: LABELS, runsForMs: null }).id;
    await github.deliveriesSettled();
    const why = agent.command("why", String(job), "--json");
    expect(await why.exited()).toBe(0);
    const reason = expect.stringContaining(`other work: program ${PROGRAM} runs`);
    expect(JSON.parse(why.output.join("\n"))).toMatchObject({ job: { state: "waiting", why: reason } });
    expect(registered()).toBe(0);
    running.kill();
    await github.waitFor(() => github.job(job).status === "in_progress", "the job to run");
    github.completeJob(job);
  },
);
