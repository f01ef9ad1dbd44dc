import type { RunnerScope } from "../../github/model/types.ts";
import { ownPrefix } from "../../slots/slot-name.ts";
import type { Finding } from "../check/check.ts";
import type { DockerFacts } from "../docker/docker-facts.ts";
import type { GitHubFacts } from "./github-facts.ts";
import { compareVersions, judgeVersion, tagVersion } from "./runner-version.ts";

const VERSION_LABEL = "org.opencontainers.image.version";

export interface VersionSources {
  readonly github: GitHubFacts;
  readonly docker: DockerFacts;
  readonly scope: RunnerScope;
  readonly instance: string;
  readonly nowMs: number;
}

/** The runner in an image against GitHub's minimum and its 30 days, by tag, label or what GitHub lists; with the versions in use. */
export async function judgeRunnerVersion(image: string, sources: VersionSources): Promise<Finding> {
  const { github, docker, scope, instance, nowMs } = sources;
  const [listed, found, releases] = await Promise.all([
    github.runnerVersions(scope).catch(() => null),
    docker.image(image).catch(() => null),
    github.releases(scope).catch(() => null),
  ]);
  const own = (listed ?? []).filter(({ name }) => name.startsWith(ownPrefix(instance))).map(({ version }) => version);
  const label = found?.labels[VERSION_LABEL] ?? null;
  const version = tagVersion(image) ?? versionIn(label) ?? oldest(own);
  if (version === null && found === null) {
    const newest = releases
      ?.map((release) => release.version)
      .toSorted(compareVersions)
      .at(-1);
    const brings =
      newest === undefined ? "the runner that its tag names" : `a runner of its day; ${newest} is the newest`;
    return { status: "pass", summary: `${image} is not here yet: the pull brings ${brings}` };
  }
  const builtAtMs = Date.parse(found?.created ?? "");
  const finding = judgeVersion(image, {
    version,
    releases,
    builtAtMs: Number.isNaN(builtAtMs) ? null : builtAtMs,
    nowMs,
  });
  const fleet = fleetText((listed ?? []).map((runner) => runner.version));
  return fleet === "" ? finding : { ...finding, detail: `versions of the runners at GitHub: ${fleet}` };
}

/** An image may carry the version of its base system in the same label. */
function versionIn(label: string | null): string | null {
  return label !== null && /^v?2\.\d+\.\d+$/.test(label) ? label.replace(/^v/, "") : null;
}

function oldest(versions: readonly string[]): string | null {
  return versions.toSorted(compareVersions)[0] ?? null;
}

function fleetText(versions: readonly string[]): string {
  return [...Map.groupBy(versions, (version) => version)]
    .toSorted(([a], [b]) => compareVersions(a, b))
    .map(([version, runners]) => `${version} ×${runners.length}`)
    .join(", ");
}
