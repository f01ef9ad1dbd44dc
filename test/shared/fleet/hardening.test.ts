import { expect, test } from "vitest";

import { PLAIN_HARDENING } from "../../../shared/fleet/hardening.ts";
import { loadText, onePool, pathsOf, problemsOf } from "./load-text.ts";

const pool = (more: string) => `version: 2\npools:\n  - {key: nas, organization: acme, labels: [nas], ${more}}\n`;

test("a pool that says nothing of its hardening gets what the engine does by itself", () => {
  expect(onePool(pool("size: 2")).container).toMatchObject(PLAIN_HARDENING);
});

test("every setting arrives in the form that the engine takes", () => {
  const more =
    "runtime: runsc, capDrop: [ALL], capAdd: [CAP_CHOWN, CHOWN], noNewPrivileges: true, user: '1001:121', " +
    "devices: [/dev/kvm, '/dev/ttyUSB0:/dev/serial', '/dev/a:r', '/dev/a:/dev/b:rw'], gpus: 'device=0,GPU-1f', " +
    "extraHosts: {registry.home: 192.168.1.5, host.docker.internal: host-gateway}, " +
    "caCertificates: {path: /volume1/ca.pem, complete: true}, " +
    "ulimits: [{name: nofile, soft: 1024, hard: 4096}, {name: core, soft: 0}], proxy: inherit";
  expect(onePool(pool(more)).container).toMatchObject({
    runtime: "runsc",
    capDrop: ["ALL"],
    capAdd: ["CHOWN"],
    noNewPrivileges: true,
    user: "1001:121",
    devices: [
      { host: "/dev/kvm", container: "/dev/kvm", permissions: "rwm" },
      { host: "/dev/ttyUSB0", container: "/dev/serial", permissions: "rwm" },
      { host: "/dev/a", container: "/dev/a", permissions: "r" },
      { host: "/dev/a", container: "/dev/b", permissions: "rw" },
    ],
    gpus: ["0", "GPU-1f"],
    extraHosts: { "registry.home": "192.168.1.5", "host.docker.internal": "host-gateway" },
    caCertificates: { path: "/volume1/ca.pem", complete: true },
    ulimits: [
      { name: "nofile", soft: 1024, hard: 4096 },
      { name: "core", soft: 0, hard: 0 },
    ],
    proxy: "inherit",
  });
});

test.each([
  ["runtime: '../runc'", "runtime", /docker info/],
  ["capDrop: [net_raw]", "capDrop[0]", /capability/],
  ["user: 'a b'", "user", /user:group/],
  ["devices: [/etc/shadow]", "devices[0]", /device of this machine/],
  ["devices: [/dev/../etc/shadow]", "devices[0]", /device of this machine/],
  ["devices: ['/dev/kvm:x']", "devices[0]", /device of this machine/],
  ["gpus: 2", "gpus", /text/],
  ["gpus: some", "gpus", /all, or device=/],
  ["extraHosts: {registry: registry.home}", "extraHosts", /addresses/],
  ["extraHosts: {'a b': 10.0.0.1}", "extraHosts", /names of hosts/],
  ["caCertificates: {path: ca.pem}", "caCertificates.path", /absolute path/],
  ["ulimits: [{name: files, soft: 1}]", "ulimits[0].name", /nofile/],
  ["ulimits: [{name: nofile, soft: 2048, hard: 1024}]", "ulimits[0].soft", /not be above hard/],
  ["ulimits: [{name: nofile, soft: -1, hard: 1024}]", "ulimits[0].soft", /not be above hard/],
  ["ulimits: [{name: nofile, soft: 1}, {name: nofile, soft: 2}]", "ulimits[1].name", /second time/],
  ["devices: ['/dev/a', '/dev/b:/dev/a']", "devices[1]", /its own/],
  ["proxy: yes-please", "proxy", /inherit/],
  // What contradicts the rest of the pool, and would have no effect or too much.
  ["capDrop: [ALL, CHOWN], capAdd: [CAP_CHOWN]", "capAdd", /CHOWN.*keep one/],
  ["docker: dind, capDrop: [ALL]", "capDrop", /privileged.*sysbox-runc/],
  ["docker: dind, capAdd: [SYS_PTRACE]", "capAdd", /privileged/],
  ["visibility: public, capAdd: [SYS_ADMIN]", "capAdd", /root on this machine.*private/],
  ["visibility: any, proxy: inherit-with-credentials", "proxy", /password.*proxy: inherit/],
])("%s is refused by its path", (more, path, message) => {
  expect(problemsOf(pool(more))).toMatchObject([{ path: `pools[0].${path}`, message: expect.stringMatching(message) }]);
});

test.each([
  ["capAdd: [SYS_ADMIN]", "capAdd", /root on this machine/],
  ["docker: socket, workFolder: /w, scaling: {max: 1}, runtime: runsc, user: '1001'", "docker", /runtime, user/],
  ["user: root", "user", /RUNNER_ALLOW_RUNASROOT/],
  ["docker: dind, noNewPrivileges: true", "noNewPrivileges", /sudo/],
  ["visibility: public, devices: [/dev/kvm]", "devices", /hardware/],
  ["visibility: public, gpus: all", "gpus", /hardware/],
  ["proxy: inherit-with-credentials", "proxy", /password/],
])("%s is taken, with a word on what it means", (more, key, message) => {
  const { warnings } = loadText(pool(more));
  expect(warnings).toContainEqual({
    path: `pools[0].${key}`,
    message: expect.stringMatching(message),
    line: expect.any(Number),
  });
});

test.each([
  "runtime: runsc, capDrop: [ALL], noNewPrivileges: true, user: '1001', ulimits: [{name: core, soft: 0}]",
  "user: root, env: {RUNNER_ALLOW_RUNASROOT: '1'}",
  "extraHosts: {registry.home: 192.168.1.5}, caCertificates: {path: /ca.pem}, proxy: inherit, gpus: all",
])("%s is taken without a word", (more) => {
  expect(loadText(pool(more)).warnings).toEqual([]);
});

/** https://github.com/nestybox/sysbox/blob/master/docs/user-guide/limitations.md */
test("Docker in Docker under sysbox is not root on the machine: it may serve public repositories, with the usual word", () => {
  const { warnings } = loadText(pool("docker: dind, runtime: sysbox-runc, capDrop: [NET_RAW], visibility: public"));
  expect(pathsOf(warnings)).toEqual(["pools[0].visibility"]);
});
