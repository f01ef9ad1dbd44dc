/** A full version, a date or a commit in a tag: publishers do not move those. */
const FIXED = [/\d+\.\d+\.\d+/, /(?:^|\D)\d{8}(?:\D|$)/, /^(?:sha-)?[0-9a-f]{7,64}$/];

/**
 * Whether an image's name means another image from time to time: `latest`, no tag at all, or any tag without a full
 * version, a date or a commit, such as `2` or `ubuntu-24.04`. A digest never does.
 */
export function isMoving(image: string): boolean {
  if (image.includes("@")) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? "latest";
  return !FIXED.some((pattern) => pattern.test(tag));
}
