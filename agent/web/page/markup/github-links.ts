import { html } from "hono/html";

import type { Fragment } from "./fragment.ts";

/** What a link to a job needs to know of it. */
export interface LinkedJob {
  readonly jobId: number;
  readonly name: string | null;
  readonly runId: number;
  readonly repository: string;
}

/** A job by its name, with the way to its log at GitHub. */
export function jobLink({ jobId, name, runId, repository }: LinkedJob, web: URL): Fragment {
  const href = addressOf(web, [...repository.split("/"), "actions", "runs", String(runId), "job", String(jobId)]);
  return html`<a href="${href}" rel="noreferrer">${name ?? `job ${jobId}`}</a>`;
}

/** The same, and under it the repository. */
export function jobCell(job: LinkedJob, web: URL): Fragment {
  return html`${jobLink(job, web)} <span class="under">${repositoryLink(job.repository, web)}</span>`;
}

/** A repository with the way to it at GitHub. */
export function repositoryLink(repository: string, web: URL): Fragment {
  return html`<a class="quiet" href="${addressOf(web, repository.split("/"))}" rel="noreferrer">${repository}</a>`;
}

/** Whatever a repository is called, its address is one of GitHub's: a path alone cannot name another host or scheme. */
function addressOf(web: URL, segments: readonly string[]): string {
  const url = new URL(web);
  url.pathname = segments.map(encodeURIComponent).join("/");
  return url.href;
}
