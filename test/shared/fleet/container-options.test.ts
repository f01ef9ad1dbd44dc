import { expect, test } from "vitest";

import { PLAIN_CONTAINER } from "../../../shared/fleet/container-options.ts";
import { loadText, onePool, problemsOf } from "./load-text.ts";

const pool = (more: string) => `version: 2\npools:\n  - {key: nas, organization: acme, labels: [nas], ${more}}\n`;
const SHARED = "docker: socket, scaling: {max: 1}";

test("a pool that says nothing of its containers gets plain ones, without Docker in them", () => {
  expect(onePool(pool("size: 2")).container).toEqual(PLAIN_CONTAINER);
});

test("every option arrives under the name that says its unit", () => {
  const more =
    "env: {A: '1'}, containerLabels: {team: ci}, shmSize: 1g, tmpfs: ['/a', '/b:size=1g'], dns: [1.1.1.1], docker: dind, " +
    "caches: [{name: tools, path: /opt/tools}], pull: daily, jobTimeLimitMinutes: 90, startDeadlineSeconds: 60, " +
    "onlineDeadlineSeconds: 600, resources: {cpuShares: 512}";
  expect(onePool(pool(more))).toMatchObject({
    resources: { cpuShares: 512 },
    container: {
      env: { A: "1" },
      labels: { team: "ci" },
      shmBytes: 2 ** 30,
      tmpfs: { "/a": "", "/b": "size=1g" },
      caches: [{ name: "tools", path: "/opt/tools" }],
      dns: ["1.1.1.1"],
      docker: "dind",
      pull: "daily",
      jobTimeLimitMs: 90 * 60_000,
      startDeadlineMs: 60_000,
      onlineDeadlineMs: 600_000,
    },
  });
});

test.each([
  ["the default", SHARED],
  ["relative", `${SHARED}, workFolder: work`],
])("N4 a shared socket with a work folder that is %s is refused: jobs would find an empty workspace", (_case, more) => {
  expect(problemsOf(pool(more))).toMatchObject([
    {
      path: "pools[0].workFolder",
      message: expect.stringMatching(/absolute path.*the same on this machine.*empty workspace/),
    },
  ]);
});

test("N4 with an absolute work folder it is taken, with a warning of what it hands out", () => {
  const { fleet, warnings } = loadText(pool(`${SHARED}, workFolder: /volume1/docker/hookline/work`));
  expect(fleet.pools[0]?.workFolder).toBe("/volume1/docker/hookline/work");
  expect(warnings).toMatchObject([
    { path: "pools[0].docker", message: expect.stringContaining("root on this machine") },
  ]);
});

test("N4 two slots cannot share the one work folder", () => {
  const problems = problemsOf(pool("docker: socket, workFolder: /w, scaling: {max: 2}"));
  expect(problems).toMatchObject([{ path: "pools[0].docker", message: expect.stringContaining("scaling.max: 1") }]);
});

test.each(["public", "any"])("N17 Docker in jobs of %s repositories is refused", (visibility) => {
  const problems = problemsOf(pool(`docker: dind, visibility: ${visibility}`));
  expect(problems).toMatchObject([
    { path: "pools[0].docker", message: expect.stringContaining("root on this machine") },
  ]);
});

test.each([
  ["env: {ACTIONS_RUNNER_INPUT_JITCONFIG: x}", "pools[0].env", /what Hookline sets/],
  ["env: {RUNNER_MANUALLY_TRAP_SIG: '0'}", "pools[0].env", /what Hookline sets/],
  ["env: {'A B': x}", "pools[0].env", /names of variables/],
  ["containerLabels: {hookline.instance: other}", "pools[0].containerLabels", /hookline\./],
  ["caches: [{name: tools, path: /opt/../etc}]", "pools[0].caches[0].path", /absolute path/],
  ["caches: [{name: /etc, path: /opt}]", "pools[0].caches[0].name", /lower-case letters/],
  ["tmpfs: [scratch]", "pools[0].tmpfs[0]", /path:options/],
  ["dns: [router]", "pools[0].dns[0]", /address of a name server/],
  ["docker: yes-please", "pools[0].docker", /none/],
  ["jobTimeLimitMinutes: 0", "pools[0].jobTimeLimitMinutes", /from 1/],
])("%s is refused by its path", (more, path, message) => {
  expect(problemsOf(pool(more))).toMatchObject([{ path, message: expect.stringMatching(message) }]);
});
