import { expect, test } from "vitest";

import { systemClock } from "../../../agent/clock/system-clock.ts";
import { GitHubClient } from "../../../agent/github/github-client.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import { startOcto } from "./support/octo.ts";

const signal = new AbortController().signal;
const organization = { kind: "organization", organization: "octo" } as const;
const repository = { kind: "repository", owner: "octo", repository: "demo" } as const;

test("the agent's client, by token and as an App, makes only calls that GitHub describes and reads every answer", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  const app = github.addApp({ owner: "octo" });
  github.installApp({ app, account: "octo" });
  const queued = github.queueJob({ repository: "octo/demo", labels: ["self-hosted", "linux"] });
  const credentials = [
    { kind: "token", token },
    { kind: "app", appId: String(app.id), privateKeyPem: app.privateKey },
  ] as const;

  for (const credential of credentials) {
    const options = { clock: systemClock, random: Math.random, log: silentLogger };
    const client = new GitHubClient({ apiUrl: github.apiUrl, credential, ...options });
    const runnerGroupId = await client.runnerGroupId("octo", "default", signal);
    for (const scope of [organization, repository]) {
      const request = { name: "slot-1", runnerGroupId, labels: ["self-hosted", "linux"], workFolder: "_work" };
      const { runnerId } = await client.createJitRunner(scope, request, signal);
      await expect(client.createJitRunner(scope, request, signal)).rejects.toMatchObject({ code: "conflict" });
      expect(await client.findRunner(scope, "slot-1", signal)).toMatchObject({ id: runnerId, status: "offline" });
      expect(await client.listRunners(scope, signal)).toMatchObject({ complete: true, items: [{ id: runnerId }] });
      expect(await client.deleteRunner(scope, runnerId, signal)).toBe("deleted");
      expect(await client.deleteRunner(scope, runnerId, signal)).toBe("gone");
    }
    expect(await client.listActiveJobs("octo/demo", 100, signal)).toMatchObject({
      complete: true,
      items: [{ id: queued.id, status: "queued", repository: "octo/demo", isPrivate: true, runnerName: null }],
    });
    expect(await client.listOrganizationRepositories("octo", signal)).toMatchObject({
      complete: true,
      items: [{ fullName: "octo/demo", isPrivate: true }],
    });
    expect((await client.checkToken(signal)).subject).toMatch(credential.kind === "token" ? /octocat/ : /Hookline/);
  }

  expect(github.takeViolations()).toEqual([]);
});
