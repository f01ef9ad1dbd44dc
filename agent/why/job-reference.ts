import { UsageError } from "../cli/failure.ts";

/** A job as a person names it: by its id alone, or with its repository. */
export interface JobReference {
  readonly jobId: number;
  /** `owner/name`; null where it was not named. */
  readonly repository: string | null;
}

const PAGE = /^https?:\/\/[^/]+\/([\w.-]+\/[\w.-]+)\/actions\/runs\/\d+\/jobs?\/(\d{1,15})(?:[/?#].*)?$/;
const API = /^https?:\/\/[^/]+\/(?:api\/v3\/)?repos\/([\w.-]+\/[\w.-]+)\/actions\/jobs\/(\d{1,15})(?:[/?#].*)?$/;
const ID = /^\d{1,15}$/;
const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;

/**
 * Reads `JOB_ID`, or the URL of a job's page or of the job in the API.
 * https://docs.github.com/en/rest/actions/workflow-jobs#get-a-job-for-a-workflow-run
 * @throws {UsageError} for anything else, and where a URL and `--repository` disagree.
 */
export function readJobReference(text: string, repository: string | null): JobReference {
  if (repository !== null && !REPOSITORY.test(repository))
    throw new UsageError("--repository is no OWNER/NAME.", "See hookline why --help");
  if (ID.test(text)) return { jobId: Number(text), repository };
  const [, named = null, id = null] = PAGE.exec(text) ?? API.exec(text) ?? [];
  if (named === null || id === null) {
    const remedy =
      "Name its number, or the address of its page: https://github.com/OWNER/NAME/actions/runs/RUN/job/JOB.";
    throw new UsageError("JOB_ID is neither a number nor the address of a job.", remedy);
  }
  if (repository !== null && repository.toLowerCase() !== named.toLowerCase())
    throw new UsageError(`The address names ${named}, --repository names ${repository}.`, "Leave --repository out.");
  return { jobId: Number(id), repository: named };
}
