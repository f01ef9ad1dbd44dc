import { expect, test } from "vitest";

import { poolHash } from "../../../agent/slots/pool-hash.ts";
import { onePool, pathsOf, problemsOf } from "./load-text.ts";

const file = (pool: string, engine = "swarm: true"): string =>
  `version: 2\nengines: { house: { host: "unix:///run/d.sock", ${engine} } }\npools:\n  - { key: nas, organization: acme, labels: [nas], engine: house${pool} }`;

test.each([
  ["docker: dind", "docker"],
  ["size: 1, docker: socket, workFolder: /srv/w", "docker"],
  ['devices: ["/dev/kvm"]', "devices"],
  ["gpus: all", "gpus"],
  ["runtime: runsc", "runtime"],
  ["noNewPrivileges: true", "noNewPrivileges"],
  ["shmSize: 1g", "shmSize"],
  ["tmpfs: [/scratch]", "tmpfs"],
  ["caches: [{ name: tools, path: /opt/tools }]", "caches"],
  ["caCertificates: { path: /etc/ssl/mine.pem }", "caCertificates"],
  ["pull: daily", "pull"],
  ["resources: { cpuShares: 512 }", "resources.cpuShares"],
])("what a service cannot do is refused by name: %s", (setting, key) => {
  const problems = problemsOf(file(`, ${setting}`));
  expect(pathsOf(problems)).toContain(`pools[0].${key}`);
  const found = problems.find(({ path, message }) => path === `pools[0].${key}` && /house is a swarm/.test(message));
  expect(found?.message).toMatch(/remove it/);
});

test("what a service can do loads, with where it is to go; that is no part of what a runner is made of", () => {
  const more = ", user: root, capDrop: [ALL], dns: [1.1.1.1], resources: { memory: 2g, cpus: 1.5, pidsLimit: 100 }";
  const placement = ', placement: { constraints: ["node.labels.disk==ssd"], spread: [node.labels.rack] }';
  const placed = onePool(file(`${more}${placement}`));
  expect(placed.placement).toEqual({ constraints: ["node.labels.disk==ssd"], spread: ["node.labels.rack"] });
  expect(poolHash(placed)).toBe(poolHash(onePool(file(more))));
});

test("the same settings are fine on an engine that is no swarm; a placement is not", () => {
  expect(onePool(file(", shmSize: 1g", "maxSlots: 3")).container.shmBytes).toBe(2 ** 30);
  const problems = problemsOf(file(', placement: { constraints: ["node.role==worker"] }', "maxSlots: 3"));
  expect(pathsOf(problems)).toEqual(["pools[0].placement"]);
});

test("a constraint that Docker would not understand is refused", () => {
  const problems = problemsOf(file(", placement: { constraints: [big] }"));
  expect(pathsOf(problems)).toEqual(["pools[0].placement.constraints[0]"]);
});
