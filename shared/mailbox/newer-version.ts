const VERSION = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})/;

/**
 * Whether an agent of version `version` is newer than one of `than`; a version that was not noted (null) is older than
 * any. What is no version is newer than none. Pre-releases count as their release. https://semver.org/#spec-item-11
 */
export function isNewerVersion(version: string | null, than: string | null): boolean {
  const ours = numbersOf(version);
  if (ours === null) return false;
  const theirs = numbersOf(than) ?? [-1, 0, 0];
  const [major, minor, patch] = ours.map((part, n) => part - (theirs[n] ?? 0));
  return (major || minor || patch || 0) > 0;
}

function numbersOf(version: string | null): readonly number[] | null {
  const found = VERSION.exec(version ?? "");
  return found === null ? null : found.slice(1).map(Number);
}
