import { DockerError, type DockerErrorCode } from "./docker-error.ts";

/** The answer; null where the call fails with one of these codes. Rejects as the call does otherwise. */
export async function nullOn<T>(answer: Promise<T>, ...codes: readonly DockerErrorCode[]): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DockerError && codes.includes(error.code)) return null;
    throw error;
  }
}
