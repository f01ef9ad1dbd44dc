import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { DockerClient } from "../../../agent/docker/docker-client.ts";
import { parseDockerHost } from "../../../agent/docker/docker-host.ts";
import { SlotError } from "../../../agent/slots/slot-provider.ts";
import { FakeEngine, json } from "../../stand-ins/docker/fake-engine.ts";
import { calm, poolOf, providerOn, specOf } from "../../stand-ins/docker/slot-fixtures.ts";

const UNPRIVILEGED = fileURLToPath(new URL("../../stand-ins/docker/unprivileged-client.ts", import.meta.url));

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "hookline-socket-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("a missing socket is named, with what to do", async () => {
  await inFolder(async (folder) => {
    const socketPath = join(folder, "docker.sock");
    const { provider } = providerOn({ kind: "unix", socketPath }, "none");
    const failure = await provider.list(calm()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SlotError);
    expect(failure).toMatchObject({
      code: "unreachable",
      message: expect.stringContaining(socketPath),
      remedy: expect.stringContaining("DOCKER_HOST"),
    });
  });
});

test("the empty folder that Docker leaves for a missing bind source is recognized", async () => {
  await inFolder(async (folder) => {
    const socketPath = join(folder, "docker.sock");
    await mkdir(socketPath);
    await expect(new DockerClient({ kind: "unix", socketPath }).system.info(calm())).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("is a folder"),
    });
  });
});

test("N3 a refused permission names owner, mode and the way that holds on a Synology NAS", async () => {
  await using engine = await FakeEngine.start();
  await chmod(dirname(engine.host.socketPath), 0o755);
  await chmod(engine.host.socketPath, process.getuid?.() === 0 ? 0o660 : 0o000);
  const child = await promisify(execFile)(process.execPath, [UNPRIVILEGED, engine.host.socketPath]);
  expect(JSON.parse(child.stdout)).toMatchObject({
    code: "permission",
    message: expect.stringMatching(/belongs to uid \d+, gid \d+, mode 0(660|000)/),
    remedy: expect.stringMatching(/group_add.*Synology/s),
  });
  expect(engine.requests).toEqual([]);
});

test("a port where nobody listens is named", async () => {
  const taken = createServer();
  const port = await new Promise<number>((resolve) => {
    taken.listen(0, "127.0.0.1", () => {
      const address = taken.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  await new Promise((resolve) => void taken.close(resolve));
  const client = new DockerClient({ kind: "tcp", hostname: "127.0.0.1", port });
  await expect(client.system.info(calm())).rejects.toMatchObject({
    code: "unreachable",
    message: expect.stringContaining(`tcp://127.0.0.1:${port}`),
    remedy: expect.stringContaining("socket proxy"),
  });
});

test("a socket proxy that forbids a path is told from an engine that fails", async () => {
  await using engine = await FakeEngine.start({
    answer: ({ path }, response) => {
      if (path !== "/info") return false;
      response.writeHead(403, { "Content-Type": "text/html" }).end("<h1>Forbidden</h1>");
      return true;
    },
  });
  await expect(new DockerClient(engine.host).system.info(calm())).rejects.toMatchObject({
    code: "permission",
    status: 403,
    message: expect.stringContaining("GET /info"),
    remedy: expect.stringContaining("allow-list"),
  });
});

test.each([
  { what: "a field of another type", body: JSON.stringify({ Architecture: 7 }), says: "Architecture" },
  { what: "no JSON", body: "<html>", says: "not JSON" },
  { what: "JSON of another shape", body: "[]", says: "the answer" },
])("an answer with $what is an error that names the endpoint and shows no value", async ({ body, says }) => {
  await using engine = await FakeEngine.start({
    answer: ({ path }, response) => {
      if (path !== "/info") return false;
      response.end(body);
      return true;
    },
  });
  const failure = await new DockerClient(engine.host).system.info(calm()).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "unexpected", message: expect.stringContaining("GET /info") });
  expect(String(failure)).toContain(says);
  expect(String(failure)).not.toContain("<html>");
});

test("a kept connection that the engine closed is replaced without a word", async () => {
  let broken = 0;
  await using engine = await FakeEngine.start({
    answer: ({ path }, response) => {
      if (path !== "/info" || broken > 0) return false;
      broken += 1;
      response.socket?.destroy();
      return true;
    },
  });
  const client = new DockerClient(engine.host);
  expect((await client.system.info(calm())).Architecture).toBe("x86_64");
  expect(engine.calls).toEqual(["GET /info", "GET /info"]);
});

test("a create whose answer is lost is not sent again, and what it made is removed", async () => {
  const spec = specOf(poolOf());
  let labels: unknown = null;
  await using engine = await FakeEngine.start({
    answer: ({ method, path, body }, response) => {
      if (path === "/containers/create") {
        labels = JSON.parse(body).Labels;
        response.socket?.destroy();
      } else if (method === "GET" && path === `/containers/${spec.name}/json`) {
        json(response, 200, {
          Id: "f00d",
          Name: `/${spec.name}`,
          Created: "",
          Config: { Labels: labels },
          State: { Status: "created", ExitCode: 0 },
        });
      } else if (method === "DELETE") {
        response.writeHead(204).end();
      } else return false;
      return true;
    },
  });
  const { provider } = providerOn(engine.host, "mine");
  await expect(provider.start(spec, calm())).rejects.toMatchObject({ code: "unreachable" });
  expect(engine.calls).toEqual([
    "GET /info",
    "POST /containers/create",
    `GET /containers/${spec.name}/json`,
    "DELETE /containers/f00d",
  ]);
});

test("after the socket is there again the same client works again", async () => {
  const first = await FakeEngine.start();
  const client = new DockerClient(first.host);
  await client.system.info(calm());
  await first.stop();
  await expect(client.system.info(calm())).rejects.toMatchObject({ code: "unreachable" });
  await mkdir(dirname(first.host.socketPath), { recursive: true });
  await using second = await FakeEngine.start({ newest: "1.43" }, first.host.socketPath);
  expect(await client.system.negotiate(calm())).toBe("1.43");
  expect(second.requests.length).toBeGreaterThan(0);
});

test.each([
  [undefined, { kind: "unix", socketPath: "/var/run/docker.sock" }],
  ["", { kind: "unix", socketPath: "/var/run/docker.sock" }],
  ["unix:///run/podman/podman.sock", { kind: "unix", socketPath: "/run/podman/podman.sock" }],
  ["tcp://socket-proxy:2375", { kind: "tcp", hostname: "socket-proxy", port: 2375 }],
  ["tcp://10.0.0.5", { kind: "tcp", hostname: "10.0.0.5", port: 2375 }],
  ["tcp://[::1]:99", { kind: "tcp", hostname: "::1", port: 99 }],
])("DOCKER_HOST=%s is understood", (value, host) => {
  expect(parseDockerHost(value)).toEqual(host);
});

test.each([
  "ssh://nas",
  "npipe:////./pipe/docker",
  "https://nas:2376",
  "unix://docker.sock",
  "tcp://",
  "tcp://a/b",
  "tcp://u:pw@nas:1",
  "docker.sock",
])("DOCKER_HOST=%s is refused with the forms that work", (value) => {
  expect(() => parseDockerHost(value)).toThrow(
    expect.objectContaining({ code: "host", remedy: expect.stringContaining("unix://") }),
  );
});
