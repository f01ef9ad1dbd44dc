import * as z from "zod/mini";
import { MEMORY_SIZE, memoryBytes, SMALLEST_MEMORY_BYTES } from "./memory-size.ts";

/** Adds the text that editors show for a field. */
export function described<Schema extends z.ZodMiniType>(schema: Schema, description: string): Schema {
  z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), description });
  return schema;
}

/** A text that must match; `rule` completes the sentence "must be …". */
export function textLike(pattern: RegExp, rule: string): z.ZodMiniString {
  return z.string().check(z.regex(pattern, { error: `must be ${rule}` }));
}

/** A whole number; one that came from a variable arrives as text and is read as the number it spells. */
export function wholeNumber(least: number, most: number) {
  const rule = { error: `must be from ${least} to ${most}` };
  return z.pipe(z.transform(numberOfText), z.int().check(z.gte(least, rule), z.lte(most, rule)));
}

function numberOfText(value: unknown): unknown {
  return typeof value === "string" && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
}

/** A week: longer waits would not fit the 32 bits that a timer has. */
const LONGEST_COOLDOWN_SECONDS = 604_800;
const MOST_SLOTS = 1000;

export const slotCount = () => wholeNumber(1, MOST_SLOTS);
export const warmSlotCount = () => wholeNumber(0, MOST_SLOTS);
export const queueThreshold = () => wholeNumber(1, MOST_SLOTS);
export const cooldownSeconds = () => wholeNumber(0, LONGEST_COOLDOWN_SECONDS);

export const poolKey = () =>
  textLike(/^[a-z0-9][a-z0-9-]{0,62}$/, "1 to 63 lower-case letters, digits and dashes, and not begin with a dash");

/** https://docs.github.com/en/get-started/learning-about-github/types-of-github-accounts */
export const accountName = () =>
  textLike(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, "the name of an account, as in the address of its page");

export const repositoryName = () =>
  textLike(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/,
    "a repository as owner/name, without an address before it",
  );

/** A repository, all of an account's as owner/*, or one that such a pattern leaves out, as !owner/name. */
export const repositoryPattern = () =>
  textLike(
    /^(?:!?[A-Za-z0-9][A-Za-z0-9_-]{0,99}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}|[A-Za-z0-9][A-Za-z0-9_-]{0,99}\/\*)$/,
    "a repository as owner/name, without an address before it, all of an account as owner/*, or one to leave out as !owner/name",
  );

export const runnerGroupName = () =>
  // oxlint-disable-next-line no-control-regex -- control characters are what this keeps out
  textLike(/^[^\u0000-\u001f\u007f]{1,200}$/, "the name of a runner group, on one line");

/**
 * A label of a runner. GitHub takes up to 256 characters, spaces included; commas are kept out because they are
 * how labels are told apart elsewhere. https://docs.github.com/en/actions/how-tos/manage-runners/self-hosted-runners/apply-labels
 */
export const labelName = () =>
  textLike(
    // oxlint-disable-next-line no-control-regex -- control characters are what this keeps out
    /^(?! )[^,\u0000-\u001f\u007f]{1,256}(?<! )$/,
    "a label of 1 to 256 characters without commas, and without a space at either end",
  );

/** GitHub takes 100 labels; three of them are `self-hosted`, the OS and the architecture. */
const MOST_LABELS = 97;

export const labelList = (label: z.ZodMiniString) =>
  z.array(label).check(z.maxLength(MOST_LABELS, { error: `must not have more than ${MOST_LABELS} labels` }));

/** A size with its unit, as `docker run --memory` takes it; gives bytes. */
export const sizeInMemory = () =>
  z.pipe(
    z
      .string({ error: "must be a size with its unit, such as 2g or 512m" })
      .check(z.regex(MEMORY_SIZE, { error: "must be a size with its unit, such as 2g or 512m" })),
    z.transform((text: string) => memoryBytes(text) ?? 0),
  );

export const memorySize = () =>
  z.pipe(
    sizeInMemory(),
    z
      .number()
      .check(z.gte(SMALLEST_MEMORY_BYTES, { error: "must be at least 6m, which is the least that Docker takes" })),
  );

/** A number above 0, fractions allowed, up to `most`. */
export const amountUpTo = (most: number) =>
  z.pipe(
    z.transform(numberOfText),
    z
      .number()
      .check(
        z.gt(0, { error: `must be a number above 0, up to ${most}` }),
        z.lte(most, { error: `must be a number above 0, up to ${most}` }),
      ),
  );

export const cpuCount = () =>
  z.pipe(
    z.transform(numberOfText),
    z.number().check(z.gt(0, { error: "must be a number of CPUs above 0, such as 1.5" })),
  );

/** Limits of one container; the shape is the same in both versions. */
export const resourcesShape = {
  cpus: described(z.optional(cpuCount()), "CPUs of one runner, such as 1.5. Many NAS kernels cannot enforce it"),
  memory: described(z.optional(memorySize()), "Memory of one runner, such as 2g or 512m"),
  pidsLimit: described(
    z.optional(wholeNumber(1, 4_194_304)),
    "Processes of one runner. Many NAS kernels cannot enforce it",
  ),
  cpuShares: described(
    z.optional(wholeNumber(2, 262_144)),
    "Weight of one runner where CPUs are short; 1024 is what a container has by itself",
  ),
};

export const architectureName = () => z.enum(["auto", "amd64", "arm64"]);
export const accessKind = () => z.enum(["all", "selected"]);

/**
 * An image with a registry, a tag and a digest, each optional.
 * https://pkg.go.dev/github.com/distribution/reference#pkg-overview
 */
export const IMAGE_REFERENCE =
  /^(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::\d+)?\/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;
