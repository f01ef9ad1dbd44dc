import { expect, test } from "vitest";

import { onePool } from "../../shared/fleet/load-text.ts";
import { FakeEngine, json } from "../../stand-ins/docker/fake-engine.ts";
import { providerOn } from "../../stand-ins/docker/slot-fixtures.ts";
import { agentFixture } from "./agent-fixture.ts";

const IMAGE = "ghcr.io/acme/runner:latest";
const repoDigest = (id: string): string => `ghcr.io/acme/runner@sha256:${id}`;

/** An engine whose registry has a newer image under the same name; the old one is in use until the test says otherwise. */
async function engineWithNewer() {
  let here = "old";
  let inUse = true;
  const removed: string[] = [];
  const engine = await FakeEngine.start({
    answer: ({ method, path }, response) => {
      const name = decodeURIComponent(path.replace(/^\/images\/(.+?)(?:\/json)?$/, "$1"));
      if (path === "/images/create") {
        here = "new";
        json(response, 200, { status: "Downloaded newer image" });
      } else if (path === "/containers/json") json(response, 200, []);
      else if (method === "DELETE") {
        if (!inUse) removed.push(name);
        json(response, inUse ? 409 : 200, { message: "image is being used by running container" });
      } else if (path.startsWith("/images/")) {
        const id = name === IMAGE ? here : name.replace("sha256:", "");
        const tags = id === here ? [IMAGE] : [];
        json(response, 200, { Id: `sha256:${id}`, RepoTags: tags, RepoDigests: [repoDigest(id)], Config: {} });
      } else return false;
      return true;
    },
  });
  return { engine, removed, free: () => (inUse = false) };
}

/** Docker's words: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageDelete */
test("C-13: an image that a pull replaced while a slot used it is removed by the next process", async () => {
  const { engine, removed, free } = await engineWithNewer();
  await using _stop = engine;
  const pool = onePool(`version: 2\npools: [{key: nas, organization: acme, labels: [nas], image: "${IMAGE}"}]`);
  const fleet = { version: 2 as const, pools: [pool] };
  const deletions = () => engine.calls.filter((call) => call.startsWith("DELETE"));

  const first = agentFixture({ fleet, dial: null, provider: providerOn(engine.host, "nas").provider });
  void first.agent.start();
  await expect.poll(deletions).toHaveLength(1);
  await first.stop();
  expect(removed).toEqual([]);

  free();
  const second = agentFixture({
    fleet,
    dial: null,
    earlier: first,
    provider: providerOn(engine.host, "nas").provider,
  });
  void second.agent.start();
  await expect.poll(() => removed).toEqual([repoDigest("old")]);
});
