import * as z from "zod/mini";
import {
  accessKind,
  accountName,
  architectureName,
  cooldownSeconds,
  described,
  IMAGE_REFERENCE,
  labelList,
  labelName,
  poolKey,
  queueThreshold,
  repositoryName,
  repositoryPattern,
  resourcesShape,
  runnerGroupName,
  slotCount,
  textLike,
  warmSlotCount,
  wholeNumber,
} from "./fields.ts";
import { containerShape } from "./container-fields.ts";
import { holdWhileField } from "./hold-while-fields.ts";
import { scheduleField } from "./schedule-fields.ts";
import { sizesShape } from "./size-fields.ts";
import { fileEngines, placement, poolEngine } from "./engine-fields.ts";

/** GitHub's own image for self-hosted runners. https://github.com/actions/runner/pkgs/container/actions-runner */
const DEFAULT_IMAGE = "ghcr.io/actions/actions-runner:latest";
/** `max` of a pool that states neither `scaling.max` nor `size`. */
export const DEFAULT_SLOTS = 2;

const imageReference = () =>
  textLike(IMAGE_REFERENCE, "one image reference, such as ghcr.io/actions/actions-runner:latest");

export const version2ScalingShape = {
  min: described(z._default(warmSlotCount(), 0), "Slots kept warm; 0 keeps none"),
  max: described(z.optional(slotCount()), `Slots that may exist at the same time; size, or else ${DEFAULT_SLOTS}`),
  queueThreshold: described(z._default(queueThreshold(), 1), "Jobs without a slot that make the pool scale at once"),
  cooldownSeconds: described(
    z._default(cooldownSeconds(), 120),
    "How long an idle surplus slot lives, and a job below the threshold waits",
  ),
};

/** A pool of version 2. Which of its keys go together is for pool-checks.ts. */
export const version2PoolShape = {
  key: described(poolKey(), "Name of the pool"),
  organization: described(z.optional(accountName()), "Organization that owns the runners; or name repositories"),
  runnerGroup: described(
    z.optional(runnerGroupName()),
    "Runner group of the organization; its default group if absent",
  ),
  repositories: described(
    z.optional(z.array(repositoryPattern()).check(z.minLength(1, { error: "must name at least one repository" }))),
    "Repositories as owner/name whose runners these are, in place of an organization. owner/* takes in all of an account's but forks and archived ones, which are served where they are named, less those behind a !",
  ),
  repositoryAccess: described(
    z.optional(accessKind()),
    "All of the organization's repositories, or those of allowedRepositories; selected where that list is present",
  ),
  allowedRepositories: described(
    z._default(z.array(repositoryName()), []),
    "Repositories of the organization that the pool serves",
  ),
  visibility: described(
    z._default(z.enum(["private", "public", "any"]), "private"),
    "Repositories it takes; public ones let strangers run code on this machine through pull requests",
  ),
  labels: described(
    z._default(labelList(labelName()), []),
    "Labels beside self-hosted, linux and the architecture, which every runner has",
  ),
  groupOnly: described(z._default(z.boolean(), false), "Whether it takes jobs that name a runner group and no label"),
  size: described(z.optional(slotCount()), "Short form of scaling.max"),
  scaling: described(
    z._default(z.strictObject(version2ScalingShape), { min: 0, queueThreshold: 1, cooldownSeconds: 120 }),
    "How the pool grows and shrinks",
  ),
  engine: poolEngine(),
  maxPerRepository: described(
    z.optional(slotCount()),
    "Slots that may be held for jobs of one repository at a time. In an organization GitHub may still give an idle runner to any of its jobs",
  ),
  priority: described(
    z.optional(wholeNumber(0, 100)),
    "When the machine is short of room, pools with a higher number start their slots first; 0 if absent",
  ),
  holdWhile: described(
    holdWhileField(),
    "Other work of this machine during which the pool starts no slot on it; jobs that run go on",
  ),
  schedule: described(
    scheduleField(),
    "Hours with other numbers of slots, for backups and quiet nights; of several the last one holds",
  ),
  placement: placement(),
  architecture: described(z._default(architectureName(), "auto"), "Architecture of the runners"),
  image: described(z.optional(imageReference()), "Image of this pool's runners; the file's image if absent"),
  command: described(
    z._default(
      z
        .array(z.string().check(z.minLength(1, { error: "must not be empty" })))
        .check(z.minLength(1, { error: "must name a program; leave it out for the runner's own start script" })),
      ["/home/runner/run.sh"],
    ),
    "Command of the container, one list item a word",
  ),
  workFolder: described(
    z._default(
      textLike(
        /^(?!(?:.*\/)?\.{1,2}(?:\/|$))[A-Za-z0-9._/-]{1,200}$/,
        "a path below the runner's folder, without . and .., such as _work",
      ),
      "_work",
    ),
    "Work folder of the jobs, relative to the runner's folder; with docker: socket an absolute path of this machine",
  ),
  network: described(
    z._default(
      textLike(
        /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
        "the name of a Docker network, such as bridge, host or one of your own",
      ),
      "bridge",
    ),
    "Docker network of the runners; host shares the network of this machine with every job",
  ),
  resources: described(z._default(z.strictObject(resourcesShape), {}), "Limits of one runner"),
  sizes: described(
    z.optional(z.strictObject(sizesShape)),
    "Sizes that jobs may ask for by a label, as runs-on: [self-hosted, nas, mem=4g, cpu=2]; each size is a runner of its own, with these limits in place of those of resources",
  ),
  ...containerShape,
};

const version2Shape = {
  version: z.literal(2),
  image: described(z._default(imageReference(), DEFAULT_IMAGE), "Image of all runners whose pool names none"),
  maxSlots: described(z.optional(slotCount()), "Slots of all pools together that may exist, on whatever engine"),
  engines: fileEngines(),
  pools: z.array(z.strictObject(version2PoolShape)).check(z.minLength(1, { error: "must have at least one pool" })),
};

export const version2Schema = z.strictObject(version2Shape);
export type Version2File = z.output<typeof version2Schema>;
