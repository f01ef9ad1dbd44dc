import { expect, onTestFinished, test } from "vitest";

import { FakeEngine, json } from "../../../stand-ins/docker/fake-engine.ts";
import { calm, providerOn } from "../../../stand-ins/docker/slot-fixtures.ts";
import { VirtualClock } from "../../../stand-ins/time/virtual-clock.ts";
import { onePool } from "../../../shared/fleet/load-text.ts";

const DAY_MS = 24 * 60 * 60_000;
const DIGEST = `sha256:${"0".repeat(64)}`;

interface Case {
  readonly image: string;
  /** The pool's `pull`; the file says nothing where it is left out. */
  readonly pull?: string;
  /** Where the image that is here came from: a registry, unless it was built here. */
  readonly builtHere?: boolean;
  readonly ageDays?: number;
}

/** Expects a registry to be asked so often by the end of the agent's start, of that day, and of three days more. */
async function expectAsked({ image, pull, builtHere = false, ageDays = 1 }: Case, counts: readonly number[]) {
  const clock = new VirtualClock(Date.UTC(2026, 10, 30));
  const digests = builtHere ? [] : [`${image.split(/[:@]/)[0]}@${DIGEST}`];
  const created = new Date(clock.now() - ageDays * DAY_MS).toISOString();
  let asked = 0;
  await using engine = await FakeEngine.start({
    answer: ({ path }, response) => {
      if (path === "/images/create") {
        asked += 1;
        json(response, 500, { message: "no such host" });
      } else if (/^\/images\/.+\/json$/.test(path)) {
        json(response, 200, { Id: "sha256:1", RepoTags: [image], RepoDigests: digests, Created: created, Config: {} });
      } else return false;
      return true;
    },
  });
  const { provider, lines } = providerOn(engine.host, "mine", { clock });
  const stated = pull === undefined ? "" : `, pull: ${pull}`;
  const pool = onePool(
    `version: 2\npools:\n  - {key: nas, organization: acme, labels: [nas], image: "${image}"${stated}}\n`,
  );
  const [atStart, inADay, inFourDays] = counts;
  const admit = () => provider.admit("hookline-mine--nas-a", pool, calm());
  await provider.prepare([pool], calm());
  expect(asked).toBe(atStart);
  await admit();
  await admit();
  await expect.poll(() => asked).toBe(inADay);
  for (let day = 1; day <= 3; day += 1) {
    await clock.advance(DAY_MS);
    await admit();
    const byThen = (inADay ?? 0) + (day * ((inFourDays ?? 0) - (inADay ?? 0))) / 3;
    await expect.poll(() => asked).toBe(byThen);
  }
  return lines;
}

const DAILY = [1, 1, 4];
const NEVER = [0, 0, 0];

test.each<[string, Case, readonly number[]]>([
  ["a tag that moves", { image: "ghcr.io/actions/actions-runner:latest" }, DAILY],
  ["no tag, which is latest", { image: "ghcr.io/actions/actions-runner" }, DAILY],
  ["a tag with less than a full version", { image: "ghcr.io/acme/runner:2" }, DAILY],
  ["the name of a system as a tag", { image: "ghcr.io/acme/runner:ubuntu-24.04" }, DAILY],
  ["a version", { image: "ghcr.io/actions/actions-runner:2.335.0" }, NEVER],
  ["a version with more to it", { image: "ghcr.io/acme/runner:v2.335.0-ubuntu" }, NEVER],
  ["a date", { image: "ghcr.io/acme/runner:20261130" }, NEVER],
  ["a commit", { image: "ghcr.io/acme/runner:sha-0a1b2c3" }, NEVER],
  ["a digest", { image: `ghcr.io/acme/runner@${DIGEST}` }, NEVER],
  ["a tag that moves, and pull: missing", { image: "ghcr.io/acme/runner:latest", pull: "missing" }, NEVER],
  ["a version, and pull: daily", { image: "ghcr.io/acme/runner:1.2.3", pull: "daily" }, DAILY],
  ["an image that was built here", { image: "acme/runner:latest", builtHere: true }, NEVER],
  ["an image that was built here, and pull: daily", { image: "acme/runner", builtHere: true, pull: "daily" }, DAILY],
  ["pull: missing, and 23 days old", { image: "ghcr.io/acme/runner:latest", pull: "missing", ageDays: 23 }, DAILY],
  ["a version, and 60 days old", { image: "ghcr.io/actions/actions-runner:2.335.0", ageDays: 60 }, NEVER],
])("C-13: an image is asked for daily where its name moves: %s", async (_case, given, counts) => {
  await expectAsked(given, counts);
});

test("C-13: an image that GitHub may soon give no jobs, and that cannot be refreshed, is told of", async () => {
  const old = { image: "ghcr.io/acme/runner:latest", pull: "missing", ageDays: 25 };
  const lines = await expectAsked(old, DAILY);
  const told = () => lines.filter((line) => line.includes("GitHub may soon give its runner no jobs"));
  await expect.poll(() => told().length).toBe(4);
});

test("slots that start at the same time have an image that is asked for daily looked at and pulled once", async () => {
  const digests = [`acme/runner@${DIGEST}`];
  await using engine = await FakeEngine.start({
    answer: ({ path }, response) => {
      if (path === "/images/create") json(response, 200, { status: "Image is up to date" });
      else if (path.startsWith("/images/")) json(response, 200, { Id: "sha256:1", RepoDigests: digests, Config: {} });
      else return false;
      return true;
    },
  });
  const clock = new VirtualClock();
  const { provider } = providerOn(engine.host, "mine", { clock });
  const pool = onePool(
    `version: 2\npools:\n  - {key: nas, organization: acme, labels: [nas], image: "acme/runner:latest"}\n`,
  );
  await provider.prepare([pool], calm());
  await clock.advance(DAY_MS);
  const before = engine.calls.length;
  const slots = Array.from({ length: 20 }, (_, n) => `hookline-mine--nas-${n}`);
  await Promise.all(slots.map((slot) => provider.admit(slot, pool, calm())));
  const look = "GET /images/acme/runner:latest/json";
  const calls = () => engine.calls.slice(before).map(decodeURIComponent);
  await expect.poll(() => calls().at(-1)).toBe(look);
  await expect.poll(calls).toEqual([look, "POST /images/create", look]);
});

/** An engine with the image here, whose registry takes a pull and says nothing, or a word and then nothing. */
async function silentRegistry(firstWord: boolean) {
  const engine = await FakeEngine.start({
    answer: ({ path }, response) => {
      if (path !== "/images/create") return false;
      response.writeHead(200, { "Content-Type": "application/json" });
      if (firstWord) response.write('{"status":"Pulling from acme/runner","id":"latest"}\n');
      return true;
    },
  });
  onTestFinished(() => engine.stop());
  const clock = new VirtualClock();
  const { provider, lines } = providerOn(engine.host, "mine", { clock });
  const pool = onePool(
    `version: 2\npools:\n  - {key: nas, organization: acme, labels: [nas], image: "acme/runner:latest", pull: always}\n`,
  );
  let admitted = false;
  const admission = provider.admit("hookline-mine--nas-a", pool, calm()).then(() => (admitted = true));
  await expect.poll(() => engine.calls).toContain("POST /images/create");
  await expect.poll(() => clock.pending).toBe(firstWord ? 0 : 1);
  return { clock, lines, admission, isAdmitted: () => admitted };
}

test("H3: pull: always waits a minute for a registry that says nothing; the image that is here is used", async () => {
  const { clock, lines, admission } = await silentRegistry(false);
  await clock.advance(60_000);
  await admission;
  expect(lines.filter((line) => line.includes("image not refreshed; the one that is here is used"))).toHaveLength(1);
});

test("pull: always waits for a pull that has begun", async () => {
  const { clock, isAdmitted } = await silentRegistry(true);
  await clock.advance(10 * 60_000);
  expect(isAdmitted()).toBe(false);
});
