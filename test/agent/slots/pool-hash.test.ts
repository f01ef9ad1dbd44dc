import { expect, test } from "vitest";

import { poolHash } from "../../../agent/slots/pool-hash.ts";
import { onePool } from "../../shared/fleet/load-text.ts";

const pool = (image: string, more = "") =>
  onePool(`version: 2\nimage: ${image}\npools:\n  - {key: nas, organization: acme, labels: [nas]${more}}\n`);
const LATEST = "ghcr.io/actions/actions-runner:latest";
const VERSION = "ghcr.io/actions/actions-runner:2.335.0";
const VERSION_1 = `version: 1
image: {repository: ghcr.io/acme/runner, tag: latest}
pools:
  - {key: p, visibility: private, organization: acme, runnerGroup: g, repositoryAccess: all, allowedRepositories: [],
     labels: [x], size: 1, architecture: auto, runnerRoot: /volume1/x, resources: {}}
`;

/** What the labels of containers say that were made before `pull` went by the tag. */
test.each([
  ["a tag that moves, and nothing said", pool(LATEST), "b62703f3168c"],
  ["pull: missing", pool(LATEST, ", pull: missing"), "b62703f3168c"],
  ["pull: daily", pool(LATEST, ", pull: daily"), "d91956988b91"],
  ["pull: always", pool(VERSION, ", pull: always"), "0ef2770ffed4"],
  ["options of containers", pool(VERSION, ", env: {A: b}, shmSize: 1g"), "3d5ee4f385de"],
  ["a version 1 file", onePool(VERSION_1), "083760f38a9e"],
])("C-13: an upgrade alone drains nothing: the hash of a pool stays what it was: %s", (_case, made, hash) => {
  expect(poolHash(made)).toBe(hash);
});

const hashOf = (more: string) =>
  poolHash(
    onePool(`version: 2\nimage: 'runner:1'\npools:\n  - {key: small, organization: acme, labels: [nas]${more}}\n`),
  );

/** What the version before hardening could be told of a pool; the hashes are those that it wrote onto containers. */
const EVERYTHING =
  ", env: {B: '2', A: '1'}, containerLabels: {team: ci}, shmSize: 1g, tmpfs: ['/b:size=1g'], " +
  "caches: [{name: tools, path: /opt/tools}], dns: [1.1.1.1], pull: daily, jobTimeLimitMinutes: 90, " +
  "startDeadlineSeconds: 60, onlineDeadlineSeconds: 600, " +
  "resources: {cpus: 1.5, memory: 2g, pidsLimit: 99, cpuShares: 512}, " +
  "network: host, architecture: arm64, command: [/bin/x], runnerGroup: builds";

test.each([
  ["little", "", "e9d2fa5e1670"],
  ["everything", EVERYTHING, "13319c4d83ed"],
  ["Docker in Docker", ", docker: dind", "d0a3d9023393"],
  ["the shared socket", ", docker: socket, workFolder: /work, dockerGroup: 105, scaling: {max: 1}", "8a2ff4d405ad"],
])("an upgrade alone drains nothing: a pool that says %s has the hash of before", (_what, more, hash) => {
  expect(hashOf(more)).toBe(hash);
});

test.each([
  "runtime: runsc",
  "capDrop: [NET_RAW]",
  "capAdd: [SYS_PTRACE]",
  "noNewPrivileges: true",
  "user: '1001'",
  "devices: [/dev/kvm]",
  "gpus: all",
  "extraHosts: {registry.home: 192.168.1.5}",
  "caCertificates: {path: /volume1/ca.pem}",
  "ulimits: [{name: nofile, soft: 1024}]",
  "proxy: inherit",
])("a runner of before cannot stand for one with %s", (more) => {
  expect(hashOf(`, ${more}`)).not.toBe(hashOf(""));
});
