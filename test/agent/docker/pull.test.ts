import { pullRemedy } from "../../../agent/docker/pull-remedy.ts";
import { parseRegistryAuth } from "../../../agent/docker/registry-auth.ts";
import { PLAIN_CONTAINER } from "../../../shared/fleet/container-options.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DockerClient } from "../../../agent/docker/docker-client.ts";
import type { PullProgress } from "../../../agent/docker/image-api.ts";
import { splitImageReference } from "../../../agent/docker/image-reference.ts";
import { FakeEngine, json, type FakeAnswer } from "../../stand-ins/docker/fake-engine.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { slotsOfAgent } from "../slots/docker/machine.ts";
import { calm, poolOf, providerOn, specOf } from "../../stand-ins/docker/slot-fixtures.ts";

const IMAGE = "ghcr.io/acme/runner:7";

/** An engine without the image until a pull has succeeded. */
function engineWithout(pull: (response: ServerResponse) => boolean): FakeAnswer {
  let present = false;
  return ({ method, path }, response) => {
    if (path === "/images/create") present = pull(response);
    else if (path === "/containers/create" && !present) json(response, 404, { message: `No such image: ${IMAGE}` });
    else if (path === "/containers/create") json(response, 201, { Id: "c0ffee", Warnings: [] });
    else if (path === "/containers/c0ffee/start") response.writeHead(204).end();
    else if (method === "GET" && path.startsWith("/images/"))
      json(response, 404, { message: `No such image: ${IMAGE}` });
    else return false;
    return true;
  };
}

function lines(response: ServerResponse, ...steps: readonly object[]): void {
  response.writeHead(200, { "Content-Type": "application/json" });
  response.end(steps.map((step) => `${JSON.stringify(step)}\r\n`).join(""));
}

function pulled(response: ServerResponse): boolean {
  lines(
    response,
    { status: "Pulling from acme/runner", id: "7" },
    { status: "Download complete", id: "aa11", progressDetail: {} },
  );
  return true;
}

const failures: readonly {
  readonly way: string;
  readonly says: string;
  readonly pull: (response: ServerResponse) => boolean;
}[] = [
  {
    way: "500, the registry cannot be reached",
    says: "no such host",
    pull: (response) => {
      json(response, 500, { message: "Get https://ghcr.io/v2/: dial tcp: lookup ghcr.io: no such host" });
      return false;
    },
  },
  {
    way: "404, the tag does not exist",
    says: "manifest unknown",
    pull: (response) => {
      json(response, 404, { message: "manifest unknown" });
      return false;
    },
  },
  {
    way: "200, and an error part-way in the stream",
    says: "unexpected EOF",
    pull: (response) => {
      const error = "unexpected EOF";
      lines(
        response,
        { status: "Downloading", id: "aa11", progressDetail: { current: 5, total: 9 } },
        { errorDetail: { message: error }, error },
      );
      return false;
    },
  },
];

test.each(failures)("N13 a pull that fails by $way says which image, why, and what to do", async ({ pull, says }) => {
  await using engine = await FakeEngine.start({ answer: engineWithout(pull) });
  const { provider } = providerOn(engine.host, "mine");
  const pool = poolOf({ image: IMAGE });
  const expected = {
    code: "image",
    message: expect.stringMatching(new RegExp(`${IMAGE}.*${says}`)),
    remedy: expect.stringContaining(`docker pull ${IMAGE}`),
  };
  await expect(provider.start(specOf(pool), calm())).rejects.toMatchObject(expected);
  await expect(provider.prepare([pool], calm())).rejects.toMatchObject(expected);
});

test.each([
  ["dial tcp: lookup ghcr.io on 192.168.1.1:53: no such host", /name servers.*router/s],
  ["x509: certificate has expired or is not yet valid", /TLS.*clock/],
  ["unauthorized: authentication required", /HOOKLINE_REGISTRY_AUTH_FILE/],
  ["denied: requested access to the resource is denied", /HOOKLINE_REGISTRY_AUTH_FILE/],
  ["write /layer.tar: no space left on device", /docker system df/],
  ["toomanyrequests: You have reached your pull rate limit", /limits anonymous pulls/],
  ["manifest unknown", /name and tag/],
])("N21 a pull that failed with %j is told by its cause: name, TLS, permission, disk or limit", (why, remedy) => {
  expect(pullRemedy(IMAGE, why)).toMatch(remedy);
  expect(pullRemedy(IMAGE, why)).toContain(`docker pull ${IMAGE}`);
});

test.each([
  ["ghcr.io/acme/runner:1", "ghcr.io", "me"],
  ["GHCR.IO/acme/runner:1", "ghcr.io", "me"],
  ["localhost:5000/runner", "localhost:5000", "you"],
  ["acme/runner", "https://index.docker.io/v1/", "hub"],
  ["docker.io/acme/runner", "https://index.docker.io/v1/", "hub"],
  ["index.docker.io/acme/runner", "https://index.docker.io/v1/", "hub"],
  ["registry-1.docker.io/acme/runner", "https://index.docker.io/v1/", "hub"],
])("H12: the credentials for %s are those of its registry, and no other gets any", async (image, server, username) => {
  const auth = (user: string) => ({ auth: Buffer.from(`${user}:pa:ss`).toString("base64") });
  const auths = { "ghcr.io": auth("me"), "localhost:5000": auth("you"), "https://index.docker.io/v1/": auth("hub") };
  const headers: (string | string[] | undefined)[] = [];
  await using engine = await FakeEngine.start({
    answer: (request, response) => {
      if (request.path !== "/images/create") {
        if (request.path.startsWith("/images/")) json(response, 404, { message: "No such image" });
        return request.path.startsWith("/images/");
      }
      headers.push(request.headers["x-registry-auth"]);
      return pulled(response);
    },
  });
  const registryAuth = parseRegistryAuth(JSON.stringify({ auths }));
  const pulls = (name: string) =>
    providerOn(engine.host, "mine", { registryAuth }).provider.prepare([poolOf({ image: name })], calm());
  await pulls(image);
  await pulls("quay.io/acme/runner:1");
  const sent = JSON.parse(Buffer.from(String(headers[0]), "base64url").toString("utf8"));
  expect(sent).toEqual({ username, password: "pa:ss", serveraddress: server });
  expect(headers[1]).toBeUndefined();
});

/** `docker login` writes its config.json anew, and so do helpers whose tokens are good for hours: Amazon ECR's for twelve. */
test("H12, promise 20: credentials that were replaced in their file are those of the next pull, and a broken file changes nothing", async () => {
  const file = join(temporaryFolder(), "config.json");
  const login = (password: string): void => {
    const auth = Buffer.from(`me:${password}`).toString("base64");
    writeFileSync(file, JSON.stringify({ auths: { "ghcr.io": { auth } } }));
  };
  const passwords: unknown[] = [];
  await using engine = await FakeEngine.start({
    answer: (request, response) => {
      if (!request.path.startsWith("/images/")) return false;
      if (request.path !== "/images/create") json(response, 404, { message: "No such image" });
      else {
        const header = String(request.headers["x-registry-auth"]);
        passwords.push(JSON.parse(Buffer.from(header, "base64url").toString("utf8")).password);
        return pulled(response);
      }
      return true;
    },
  });
  login("first");
  const { provider, said } = slotsOfAgent({
    DOCKER_HOST: `unix://${engine.host.socketPath}`,
    HOOKLINE_REGISTRY_AUTH_FILE: file,
  });
  const pull = () => provider.prepare([poolOf({ image: "ghcr.io/acme/runner:1" })], calm());
  await pull();
  login("second");
  await pull();
  writeFileSync(file, "half of a fi");
  await pull();
  expect(passwords).toEqual(["first", "second", "second"]);
  expect(said().filter(({ level }) => level === "error")).toHaveLength(1);
});

test.each([
  ["missing", 0, 0],
  ["daily", 1, 2],
  ["always", 4, 4],
] as const)(
  "with pull: %s an image that is here is asked for %i times by four starts in a day",
  async (pull, inADay, later) => {
    let asked = 0;
    await using engine = await FakeEngine.start({
      answer: ({ path }, response) => {
        if (path === "/images/create") {
          asked += 1;
          json(response, 500, { message: "no such host" });
        } else if (path === "/containers/create") json(response, 201, { Id: "c0ffee" });
        else if (path === "/containers/c0ffee/start") response.writeHead(204).end();
        else return false;
        return true;
      },
    });
    const clock = new VirtualClock();
    const { provider, lines: logged } = providerOn(engine.host, "mine", { clock });
    const pool = poolOf({ container: { ...PLAIN_CONTAINER, pull } });
    for (let start = 0; start < 4; start += 1) await provider.start(specOf(pool), calm());
    await expect.poll(() => asked).toBe(inADay);
    expect(logged.filter((line) => line.includes("not refreshed")).length).toBeLessThanOrEqual(inADay);
    if (pull !== "daily") return;
    await clock.advance(24 * 60 * 60_000);
    await provider.start(specOf(pool), calm());
    await expect.poll(() => asked).toBe(later);
  },
);

test("a slot whose image is missing is started after one pull", async () => {
  await using engine = await FakeEngine.start({ answer: engineWithout(pulled) });
  await providerOn(engine.host, "mine").provider.start(specOf(poolOf({ image: IMAGE })), calm());
  expect(engine.calls).toEqual([
    "GET /info",
    "POST /containers/create",
    "POST /images/create",
    "POST /containers/create",
    "POST /containers/c0ffee/start",
  ]);
  const pull = engine.requests.find(({ path }) => path === "/images/create");
  expect(Object.fromEntries(pull?.query ?? [])).toEqual({ fromImage: "ghcr.io/acme/runner", tag: "7" });
});

test("five slots that wait for one image cause one pull", async () => {
  let answerPull: ServerResponse | null = null;
  let refused = 0;
  const answer = engineWithout((response) => {
    answerPull = response;
    return true;
  });
  await using engine = await FakeEngine.start({
    answer: (request, response) => {
      if (request.path !== "/containers/create" || refused >= 5) return answer(request, response);
      refused += 1;
      json(response, 404, { message: `No such image: ${IMAGE}` });
      return true;
    },
  });
  const { provider } = providerOn(engine.host, "mine");
  const started = Promise.all(
    Array.from({ length: 5 }, () => provider.start(specOf(poolOf({ image: IMAGE })), calm())),
  );
  await expect.poll(() => refused === 5 && answerPull !== null).toBe(true);
  if (answerPull !== null) pulled(answerPull);
  await started;
  expect(engine.calls.filter((call) => call === "POST /images/create")).toHaveLength(1);
});

test("a slot that gives up during a pull leaves the others to go on", async () => {
  const pulls: ServerResponse[] = [];
  await using engine = await FakeEngine.start({
    answer: engineWithout((response) => pulls.push(response) > 1 && pulled(response)),
  });
  const { provider } = providerOn(engine.host, "mine");
  const impatient = new AbortController();
  const first = provider.start(specOf(poolOf({ image: IMAGE })), impatient.signal);
  await expect.poll(() => pulls.length).toBe(1);
  const second = provider.start(specOf(poolOf({ image: IMAGE })), calm());
  await expect.poll(() => engine.calls.filter((call) => call === "POST /containers/create").length).toBe(2);
  impatient.abort(new Error("no longer wanted"));
  await expect(first).rejects.toThrow("no longer wanted");
  await second;
  expect(pulls).toHaveLength(2);
});

test("progress is told layer by layer, and the stream is read to its end after an error too", async () => {
  let sentAll = false;
  await using engine = await FakeEngine.start({
    answer: ({ path }, response) => {
      if (path !== "/images/create") return false;
      response.write(
        `${JSON.stringify({ status: "Downloading", id: "aa11", progressDetail: { current: 3, total: 9 } })}\r\n`,
      );
      response.write(`${JSON.stringify({ error: "disk full", errorDetail: { message: "disk full" } })}\r\n`);
      response.end(`${JSON.stringify({ status: "cleaning up" })}\r\n`, () => (sentAll = true));
      return true;
    },
  });
  const steps: PullProgress[] = [];
  const client = new DockerClient(engine.host);
  await expect(client.images.pull(IMAGE, null, (step) => void steps.push(step), calm())).rejects.toThrow("disk full");
  expect(sentAll).toBe(true);
  expect(steps).toEqual([
    { status: "Downloading", layer: "aa11", currentBytes: 3, totalBytes: 9 },
    { status: "cleaning up", layer: null, currentBytes: null, totalBytes: null },
  ]);
});

test("a pull cut off in the middle of its stream is no success", async () => {
  await using engine = await FakeEngine.start({
    answer: ({ path }, response) => {
      if (path !== "/images/create") return false;
      response.write(`${JSON.stringify({ status: "Downloading", id: "aa11" })}\r\n`, () => response.socket?.destroy());
      return true;
    },
  });
  await expect(new DockerClient(engine.host).images.pull(IMAGE, null, () => {}, calm())).rejects.toMatchObject({
    code: "unreachable",
  });
});

test.each([
  ["busybox", "busybox", "latest"],
  ["ghcr.io/actions/actions-runner:2.335.0", "ghcr.io/actions/actions-runner", "2.335.0"],
  ["localhost:5000/a/b", "localhost:5000/a/b", "latest"],
  ["localhost:5000/a/b:c", "localhost:5000/a/b", "c"],
  ["a/b@sha256:0123", "a/b", "sha256:0123"],
  ["a/b:c@sha256:0123", "a/b", "sha256:0123"],
])("%s is pulled as %s, %s: never all tags", (reference, repository, tag) => {
  expect(splitImageReference(reference)).toEqual({ repository, tag });
});

test.each(["docker.io", "registry-1.docker.io", "https://index.docker.io/v1/", "index.docker.io"])(
  "H12: credentials written for %s are those of Docker Hub, whatever the image calls it",
  (server) => {
    const auths = { [server]: { username: "me", password: "secret" } };
    const registryAuth = parseRegistryAuth(JSON.stringify({ auths }));
    for (const image of ["runner:1", "acme/runner", "docker.io/acme/runner"])
      expect(registryAuth(image)).not.toBeNull();
    expect(registryAuth("ghcr.io/acme/runner")).toBeNull();
  },
);

test("H12: entries without credentials, as docker login leaves them beside a helper, are skipped", () => {
  const auths = { "quay.io": {}, "ghcr.io": { username: "me", password: "secret" } };
  const registryAuth = parseRegistryAuth(JSON.stringify({ auths }));
  expect([registryAuth("quay.io/a/b"), registryAuth("ghcr.io/a/b") === null]).toEqual([null, false]);
  expect(() => parseRegistryAuth(JSON.stringify({ auths: { "quay.io": {} }, credsStore: "desktop" }))).toThrow(
    /credentials/,
  );
});

test("C-13: an image that is missing is pulled before a runner is registered; one that is here holds nothing up", async () => {
  const asked: string[] = [];
  let isHere = false;
  await using engine = await FakeEngine.start({
    answer: ({ path, method }, response) => {
      if (path.startsWith("/images/") || path.startsWith("/containers/create"))
        asked.push(`${method} ${path.split("/")[2]}`);
      if (path === "/images/create") {
        isHere = true;
        return pulled(response);
      }
      if (path.startsWith("/images/")) {
        json(response, isHere ? 200 : 404, isHere ? { Id: "sha256:1", Config: {} } : { message: "no such image" });
        return true;
      }
      return false;
    },
  });
  const { provider } = providerOn(engine.host, "mine");
  await provider.admit?.("hookline-mine--small-a", poolOf({ image: "ghcr.io/acme/runner:1" }), calm());
  expect(asked.filter((call) => call === "POST create")).toHaveLength(1);
  const before = asked.length;
  await provider.admit?.("hookline-mine--small-b", poolOf({ image: "ghcr.io/acme/runner:1" }), calm());
  expect(asked.length).toBe(before);
});

test("C-13: an image that cannot be had refuses the slot before GitHub is asked", async () => {
  await using engine = await FakeEngine.start({
    answer: ({ path }, response) => {
      if (!path.startsWith("/images/")) return false;
      json(response, path === "/images/create" ? 500 : 404, { message: "no such host" });
      return true;
    },
  });
  const { provider } = providerOn(engine.host, "mine");
  const admitted = provider.admit?.("hookline-mine--small-a", poolOf({ image: "ghcr.io/acme/runner:1" }), calm());
  await expect(admitted).rejects.toMatchObject({ code: "image" });
});
