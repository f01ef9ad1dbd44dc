import { randomBytes } from "node:crypto";

import { expect, onTestFinished, test } from "vitest";

import type { CommandIo } from "../../agent/cli/io.ts";
import { systemClock } from "../../agent/clock/system-clock.ts";
import { runCli } from "../../agent/commands/commands.ts";
import { FakeEngine, NOTHING_RUNS } from "../stand-ins/docker/fake-engine.ts";
import { EdgeProcess } from "../stand-ins/edge/edge-process.ts";
import { temporaryFolder } from "../stand-ins/files/temporary-folder.ts";
import { startGitHub } from "../stand-ins/github/start-github.ts";
import { deadAddress } from "../stand-ins/http/local-server.ts";
import { freePort } from "../stand-ins/process/free-port.ts";
import { secretsIn, secretsOf } from "../stand-ins/process/secret-forms.ts";
import { AgentProcess } from "./agent-process.ts";

const REPOSITORY = "acme/web";
const secret = (): string => randomBytes(24).toString("hex");

/** The chain in processes, with a secret in every setting that takes one. */
async function chainOfSecrets() {
  const github = await startGitHub({ clock: systemClock });
  onTestFinished(() => github.close());
  github.addOrganization("acme");
  github.addRepository(REPOSITORY);
  const [webhookSecret, token] = [secret(), secret()];
  const edge = await EdgeProcess.start({ webhookSecret, token });
  onTestFinished(() => edge.close());
  github.addHook({ scope: "acme", url: edge.webhookUrl, secret: webhookSecret });
  const dead = await deadAddress();
  const engine = await FakeEngine.start({ answer: NOTHING_RUNS });
  onTestFinished(() => engine.stop());
  const agent = new AgentProcess({
    instance: "nas",
    edge: { url: edge.url, token },
    githubApiUrl: github.apiUrl,
    githubToken: github.addToken(),
    pools: { version: 2, pools: [{ key: "nas", organization: "acme", labels: ["nas"], proxy: "inherit" }] },
    sweepIntervalSeconds: 1,
    env: {
      DOCKER_HOST: `unix://${engine.host.socketPath}`,
      GITHUB_WEBHOOK_SECRET: webhookSecret,
      HOOKLINE_HTTP: `127.0.0.1:${await freePort()}`,
      HOOKLINE_HTTP_TOKEN: secret(),
      HOOKLINE_NOTIFY: `ntfy+${dead}/${secret()}`,
      HOOKLINE_NOTIFY_SECRET: `whsec_${randomBytes(24).toString("base64")}`,
      HOOKLINE_REGISTRY_AUTH: JSON.stringify({ auths: { "ghcr.io": { auth: randomBytes(24).toString("base64") } } }),
      HTTPS_PROXY: `http://me:${secret()}@127.0.0.1:9`,
      NO_PROXY: "127.0.0.1,localhost",
    },
  });
  onTestFinished(() => agent.close());
  return { github, agent };
}

/** A command's world, with what it prints. */
function ioOf(env: Readonly<Record<string, string>>, printed: string[]): CommandIo {
  const print = (text: string): void => void printed.push(text);
  return { stdout: print, stderr: print, env, cwd: temporaryFolder(), isTerminal: false };
}

/** What reads, and what people paste into an issue; each for people and, where it has it, for scripts. */
const READ = [
  ["doctor", "--probe"],
  ["status"],
  ["jobs"],
  ["edge"],
  ["slots"],
  ["deliveries"],
  ["dead"],
  ["caches"],
  ["config", "check"],
  ["healthcheck"],
  ["reload"],
  ["notify", "test"],
  ["send-sample"],
  ["replay", "--since", "1h"],
  ["pause", "--for", "1h"],
];

test("neither a log nor what any command prints, in whatever form, holds a secret of its world", async () => {
  const { github, agent } = await chainOfSecrets();
  const secrets = secretsOf(agent.env);
  expect([...secrets.keys()].toSorted()).toEqual([
    "GITHUB_TOKEN",
    "GITHUB_WEBHOOK_SECRET",
    "HOOKLINE_HTTP_TOKEN",
    "HOOKLINE_NOTIFY",
    "HOOKLINE_NOTIFY_SECRET",
    "HOOKLINE_REGISTRY_AUTH",
    "HOOKLINE_TOKEN",
    "HTTPS_PROXY",
  ]);
  agent.start();
  await agent.waitForLine(/"msg":"link up"/);
  const { id } = github.queueJob({ repository: REPOSITORY, labels: ["self-hosted", "nas"] });
  // The engine makes no container, so that the log has its troubles as well.
  await agent.waitForLine(/"msg":"slot not started"/);
  const commands = [...READ, ["why", String(id)]].flatMap((words) => [words, [...words, "--json"]]);
  const printed: string[] = [];
  for (const words of commands) {
    const before = printed.length;
    await runCli(words, ioOf(agent.env, printed), new AbortController().signal);
    expect(printed.length, words.join(" ")).toBeGreaterThan(before);
  }
  const { stdout, stderr } = await agent.scale("--once", "--dry-run", "--json");
  printed.push(stdout, stderr);
  const all = [...agent.output, ...printed].join("\n");
  expect(all).toContain("HOOKLINE_");
  expect(secretsIn(all, secrets)).toEqual([]);
});

test("settings that are refused are named without what they hold", async () => {
  const wrong = {
    GITHUB_TOKEN: `ghp ${secret()}`,
    HOOKLINE_NOTIFY: `ftp://x/${secret()}`,
    HOOKLINE_REGISTRY_AUTH: secret(),
  };
  const refused = new AgentProcess({
    instance: "nas",
    edge: null,
    githubApiUrl: "http://127.0.0.1:9",
    githubToken: "",
    pools: { version: 2, pools: [{ key: "nas", organization: "acme", labels: ["${HOOKLINE_TOKEN}"] }] },
    sweepIntervalSeconds: 60,
    env: { HOOKLINE_TOKEN: secret(), ...wrong },
  });
  onTestFinished(() => refused.close());
  for (const words of [["agent"], ["doctor", "--json"], ["config", "check"]]) {
    const command = refused.command(...words);
    expect(await command.exited(), words.join(" ")).toBe(2);
    expect(command.output).not.toEqual([]);
  }
});
