import { expect, test } from "vitest";

import { statusError } from "../../../agent/docker/status-error.ts";

/** What Docker 20.10.24, Docker 28 and Podman 4.3.1 answered to a create or a start. */
test.each([
  [400, "Unknown runtime specified sysbox-runc", /sysbox-runc.*daemon\.json/],
  [400, "unknown or invalid runtime name: runsc", /runsc.*daemon\.json/],
  [500, 'could not select device driver "" with capabilities: [[gpu]]', /NVIDIA Container Toolkit/],
  [
    500,
    'error gathering device information while adding custom device "/dev/nope": no such file or directory',
    /\/dev\/nope.*devices/,
  ],
  [500, "container create: stat /dev/nope: no such file or directory", /\/dev\/nope.*devices/],
  [400, 'invalid CapAdd: unknown capability: "CAP_NOPE"', /CAP_NOPE.*capAdd/],
  [500, 'container create: "CAP_NOPE": unknown capability', /CAP_NOPE.*capAdd/],
  [
    500,
    "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error setting rlimits for ready process: error setting rlimit type 7: operation not permitted: unknown",
    /ulimits/,
  ],
  [500, "unable to find user nosuch: no matching entries in passwd file", /nosuch.*user/],
  [400, 'invalid mount config for type "bind": bind source path does not exist: /volume1/ca.pem', /\/volume1\/ca\.pem/],
])("an engine's %d for a pool's hardening names the setting: %s", (status, message, remedy) => {
  expect(statusError("POST /containers/create", status, JSON.stringify({ message })).remedy).toMatch(remedy);
});
