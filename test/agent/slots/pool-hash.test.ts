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
