import { expect, test } from "vitest";

import { DockerClient } from "../../../../agent/docker/docker-client.ts";
import type { ImageDetail } from "../../../../agent/docker/image-api.ts";
import { ReplacedImages } from "../../../../agent/slots/docker/replaced-images.ts";
import { FakeEngine, json } from "../../../stand-ins/docker/fake-engine.ts";
import { calm, keepingLogger } from "../../../stand-ins/docker/slot-fixtures.ts";

const NAME = "ghcr.io/acme/runner:latest";
const OLD = "ghcr.io/acme/runner@sha256:01d";

interface Engine {
  readonly tags?: readonly string[];
  readonly digests?: readonly string[];
  /** What a DELETE is answered, one status after the other. */
  readonly answers?: readonly number[];
  readonly gone?: boolean;
}

/** Removals after a pull has replaced one image by another, `times` over. */
async function removals({ tags = [], digests = [OLD], answers = [200], gone = false }: Engine, times = 1) {
  const left = [...answers];
  await using engine = await FakeEngine.start({
    answer: ({ method, path }, response) => {
      if (!path.startsWith("/images/")) return false;
      if (method === "DELETE") json(response, left.shift() ?? 200, { message: "the engine's words" });
      else json(response, gone ? 404 : 200, { Id: "sha256:old", RepoTags: tags, RepoDigests: digests, Config: {} });
      return true;
    },
  });
  const client = new DockerClient(engine.host);
  const { log, lines } = keepingLogger();
  const replaced = new ReplacedImages(client, log);
  const image = (id: string): ImageDetail => ({
    id,
    architecture: null,
    created: null,
    tags: [NAME],
    digests: [OLD],
    labels: {},
    user: "",
  });
  replaced.note(NAME, image("sha256:old"), image("sha256:new"));
  for (let time = 0; time < times; time += 1) await replaced.clear(calm());
  client.close();
  const asked = engine.requests.filter(({ method }) => method === "DELETE");
  return { deleted: asked.map(({ path }) => decodeURIComponent(path.slice("/images/".length))), asked, lines };
}

test("C-13: it is removed by the names that are left of it, once, and never by force", async () => {
  const { deleted, asked } = await removals({}, 3);
  expect(deleted).toEqual([OLD]);
  expect(asked[0]?.query.get("force")).toBeNull();
});

test("C-13, promise 12: one that is in use stays, without a word, and is tried again", async () => {
  const { deleted, lines } = await removals({ answers: [409, 409, 200] }, 4);
  expect(deleted).toEqual([OLD, OLD, OLD]);
  expect(lines.filter((line) => line.includes('"warn"'))).toEqual([]);
});

test.each<[string, Engine]>([
  ["has another name", { tags: ["mine:1"] }],
  ["another repository has as well", { digests: [OLD, "ghcr.io/globex/runner@sha256:01d"] }],
  ["was built or loaded here", { digests: [] }],
  ["is gone already", { gone: true }],
])("C-13, promise 12: one that %s is left alone for good", async (_case, engine) => {
  expect((await removals(engine, 2)).deleted).toEqual([]);
});

test("a proxy that does not let it through is told of once, with the remedy", async () => {
  const { lines } = await removals({ answers: [403, 403, 403] }, 3);
  const warnings = lines.filter((line) => line.includes('"warn"'));
  expect(warnings).toEqual([expect.stringContaining("docker image prune")]);
});
