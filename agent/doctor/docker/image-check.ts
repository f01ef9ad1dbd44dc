import type { Pool } from "../../../shared/fleet/pool.ts";
import { ageText } from "../../../shared/text/age-text.ts";
import type { Finding } from "../check/check.ts";
import { orDockerSkipped, type DockerFacts } from "./docker-facts.ts";

/** Whether an image is on the host, for the architecture that its pools want, and how old it is. */
export async function judgeImage(
  facts: Pick<DockerFacts, "image" | "host">,
  image: string,
  pools: readonly Pool[],
  nowMs: number,
): Promise<Finding> {
  const [found, host] = [await orDockerSkipped(facts.image(image)), await orDockerSkipped(facts.host())];
  if (found === null) {
    return {
      status: "warn",
      summary: `image ${image} is not here; the first job waits for its pull`,
      remedy: `docker pull ${image}`,
    };
  }
  const wanted = pools.map(({ architecture }) => (architecture === "auto" ? host.architecture : architecture));
  const missing = wanted.find((architecture) => found.architecture !== null && architecture !== found.architecture);
  if (missing !== undefined) {
    return {
      status: "fail",
      summary: `image ${image} is for ${found.architecture}, its pool wants ${missing}`,
      remedy: `docker pull --platform linux/${missing} ${image}`,
    };
  }
  const builtAtMs = Date.parse(found.created ?? "");
  const age = Number.isNaN(builtAtMs) ? "" : `, built ${ageText(nowMs - builtAtMs)} ago`;
  return { status: "pass", summary: `image ${image} is here${age}` };
}
