/** Node and .NET, and so every runner, call getrandom, which older kernels lack or lack in part. */
const OLDEST_KERNEL = [4, 4] as const;

/** Why no runner can work on a kernel, as the end of a sentence; null where it can, or where the version says nothing. */
export function kernelProblem(version: string): string | null {
  const match = /^(\d+)\.(\d+)/.exec(version);
  if (match === null) return null;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  const old = major < OLDEST_KERNEL[0] || (major === OLDEST_KERNEL[0] && minor < OLDEST_KERNEL[1]);
  return old ? `its kernel is ${version}, and today's runner images need ${OLDEST_KERNEL.join(".")} (getrandom)` : null;
}
