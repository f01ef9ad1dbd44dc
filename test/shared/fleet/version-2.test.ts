import { PLAIN_CONTAINER } from "../../../shared/fleet/container-options.ts";
import { refusal, servingPool } from "../../../shared/controller/pool-choice.ts";
import { expect, test } from "vitest";
import { loadText, onePool } from "./load-text.ts";

test("the shortest pool gets the defaults that the documentation names, and no label of its own", () => {
  expect(onePool("version: 2\npools: [{key: nas, organization: acme}]")).toEqual({
    key: "nas",
    scope: { kind: "organization", organization: "acme", runnerGroup: "Default" },
    visibility: "private",
    repositories: null,
    labels: [],
    groupOnly: false,
    scaling: { min: 0, max: 2, queueThreshold: 1, cooldownSeconds: 120 },
    architecture: "auto",
    image: "ghcr.io/actions/actions-runner:latest",
    command: ["/home/runner/run.sh"],
    workFolder: "_work",
    network: "bridge",
    runnerRoot: null,
    container: PLAIN_CONTAINER,
    resources: {},
  });
});

test("a personal account's pool names repositories, which it serves and registers with", () => {
  const pool = onePool("version: 2\npools: [{key: home, repositories: [me/site, Me/Site, me/tools], visibility: any}]");
  expect(pool.scope).toEqual({ kind: "repositories", repositories: ["me/site", "me/tools"] });
  expect(pool.repositories).toEqual(["me/site", "me/tools"]);
  expect(pool.visibility).toBe("any");
});

test("every key of a pool arrives", () => {
  const pool = onePool(`
version: 2
image: registry.local:5000/base
pools:
  - key: big
    organization: acme
    runnerGroup: Big ones
    allowedRepositories: [acme/a]
    visibility: public
    labels: [Big, big, runs-on=fast/2]
    groupOnly: true
    scaling: { min: 1, max: 9, queueThreshold: 3, cooldownSeconds: 0 }
    architecture: amd64
    image: ghcr.io/acme/runner@sha256:${"a".repeat(64)}
    command: [sh, -c, "exec $\${HOME}/run.sh"]
    workFolder: work/jobs
    network: host
    resources: { cpus: 0.5, memory: 512MiB, pidsLimit: 100 }
`);
  expect(pool).toEqual({
    key: "big",
    scope: { kind: "organization", organization: "acme", runnerGroup: "Big ones" },
    visibility: "public",
    repositories: ["acme/a"],
    labels: ["Big", "runs-on=fast/2"],
    groupOnly: true,
    scaling: { min: 1, max: 9, queueThreshold: 3, cooldownSeconds: 0 },
    architecture: "amd64",
    image: `ghcr.io/acme/runner@sha256:${"a".repeat(64)}`,
    command: ["sh", "-c", "exec ${HOME}/run.sh"],
    workFolder: "work/jobs",
    network: "host",
    runnerRoot: null,
    container: PLAIN_CONTAINER,
    resources: { cpus: 0.5, memoryBytes: 512 * 2 ** 20, pidsLimit: 100 },
  });
});

test("size alone is the maximum, and keeps nothing warm", () => {
  const { scaling } = onePool("version: 2\npools: [{key: nas, organization: acme, size: 5}]");
  expect(scaling).toEqual({ min: 0, max: 5, queueThreshold: 1, cooldownSeconds: 120 });
});

test.each([
  ["registry.local:5000/base", "registry.local:5000/base:latest"],
  ["runner", "runner:latest"],
  ["runner:24", "runner:24"],
])("the image %s is pulled as %s, never with all of its tags", (image, pulled) => {
  expect(onePool(`version: 2\nimage: ${image}\npools: [{key: nas, organization: acme}]`).image).toBe(pulled);
});

test("a variable may hold a number", () => {
  const text =
    "version: 2\npools: [{key: nas, organization: acme, scaling: {max: '${MAX:-3}'}, resources: {cpus: '${CPUS}'}}]";
  const pool = onePool(text, { CPUS: "1.5" });
  expect(pool.scaling.max).toBe(3);
  expect(pool.resources.cpus).toBe(1.5);
});

test("pools keep the order of the file, in which a job tries them", () => {
  const { fleet } = loadText("version: 2\npools: [{key: z, organization: acme}, {key: a, organization: acme}]");
  expect(fleet.pools.map(({ key }) => key)).toEqual(["z", "a"]);
});

// https://github.com/github-aws-runners/terraform-aws-github-runner/issues/2391
test("F21: a label may hold spaces, and a job that names it is served", () => {
  const pool = onePool(
    'version: 2\npools: [{key: nas, organization: acme, labels: ["amazon linux 2"], visibility: any}]',
  );
  expect(pool.labels).toEqual(["amazon linux 2"]);
  const job = { repository: "acme/web", isPrivate: null, labels: ["self-hosted", "Amazon Linux 2"] };
  expect(refusal(servingPool(pool, "amd64"), job)).toBeNull();
  expect(refusal(servingPool(pool, "amd64"), { ...job, labels: ["amazon"] })).toMatchObject({ code: "labels" });
});
