import { DockerError, type DockerErrorCode } from "../../docker/docker-error.ts";
import { SlotError, type SlotErrorCode } from "../slot-provider.ts";

const CODES: Readonly<Record<DockerErrorCode, SlotErrorCode>> = {
  host: "unreachable",
  unreachable: "unreachable",
  permission: "permission",
  "api-version": "api-version",
  "image-missing": "image",
  "pull-failed": "image",
  conflict: "rejected",
  "not-found": "rejected",
  rejected: "rejected",
  unsupported: "rejected",
  server: "rejected",
  unexpected: "unreachable",
};

/** Runs `work` and says its DockerErrors in the words of slots. Other errors, an abort among them, pass as they are. */
export async function inSlotTerms<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof DockerError ? slotError(CODES[error.code], error) : error;
  }
}

export function slotError(code: SlotErrorCode, cause: DockerError): SlotError {
  return new SlotError(code, cause.message, cause.remedy, { cause });
}
