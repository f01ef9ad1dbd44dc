import * as z from "zod/mini";
import {
  accessKind,
  accountName,
  architectureName,
  cooldownSeconds,
  described,
  labelList,
  poolKey,
  queueThreshold,
  repositoryName,
  resourcesShape,
  runnerGroupName,
  slotCount,
  textLike,
  warmSlotCount,
} from "./fields.ts";

/** `scaling` of a version 1 pool: all four or none. */
export const version1ScalingShape = {
  min: described(warmSlotCount(), "Slots kept warm"),
  max: described(slotCount(), "Slots that may exist at the same time"),
  queueThreshold: described(queueThreshold(), "Jobs without a slot that make the pool scale at once"),
  cooldownSeconds: described(
    cooldownSeconds(),
    "How long an idle surplus slot lives, and a job below the threshold waits",
  ),
};

/** A pool as github-runner-fleet writes it. */
export const version1PoolShape = {
  key: described(poolKey(), "Name of the pool"),
  visibility: described(z.enum(["private", "public"]), "Repositories it takes"),
  organization: described(accountName(), "Organization that owns the runners"),
  runnerGroup: described(runnerGroupName(), "Runner group of the organization"),
  repositoryAccess: described(
    z._default(accessKind(), "selected"),
    "All repositories, or those of allowedRepositories",
  ),
  allowedRepositories: described(z._default(z.array(repositoryName()), []), "Repositories as owner/name"),
  labels: described(
    z._default(
      labelList(
        textLike(/^[A-Za-z0-9._-]{1,256}$/, "a label of 1 to 256 letters, digits, dots, dashes and underscores"),
      ),
      [],
    ),
    "Labels beside synology, shell-only and the visibility, which every version 1 pool has",
  ),
  size: described(slotCount(), "Number of slots where scaling is absent"),
  architecture: described(z._default(architectureName(), "auto"), "Architecture of the runners"),
  runnerRoot: described(
    textLike(/^\//, "an absolute path that begins with /"),
    "Folder on the host; read, and not used by ephemeral runners",
  ),
  resources: described(z._default(z.strictObject(resourcesShape), {}), "Limits of one runner"),
  scaling: described(z.optional(z.strictObject(version1ScalingShape)), "How the pool grows and shrinks"),
};

const version1ImageShape = {
  repository: described(textLike(/^[^\s:@]+(?::\d+\/[^\s:@]+)?$/, "an image without its tag"), "Image without its tag"),
  tag: described(textLike(/^\w[\w.-]{0,127}$/, "the tag of an image"), "Tag of the image"),
};

const version1Shape = {
  version: z.literal(1),
  image: described(z.strictObject(version1ImageShape), "Image of all runners"),
  pools: z.array(z.strictObject(version1PoolShape)).check(z.minLength(1, { error: "must have at least one pool" })),
};

/** The file of github-runner-fleet. https://github.com/OMT-Global/github-runner-fleet */
export const version1Schema = z.strictObject(version1Shape);
export type Version1File = z.output<typeof version1Schema>;
