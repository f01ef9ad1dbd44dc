import * as z from "zod/mini";

import { isRateLimited, retryAtMs } from "./rate-limit.ts";
import type { Redactor } from "./redaction.ts";
import { forbiddenRemedy, notFoundRemedy, unauthorizedRemedy, type CredentialKind, type Refused } from "./remedies.ts";
import { GitHubError, type GitHubErrorCode } from "../model/types.ts";
import { nameOf, type Answer, type HttpCall } from "./wire.ts";

const orElse = z.catch;

/** GitHub's words about single fields come as texts, as records, or in some other shape that is passed over. */
const errorDetail = z.union([
  z.string(),
  z.pipe(
    z.object({ message: z.string() }),
    z.transform((detail) => detail.message),
  ),
]);
const errorBody = z.object({ message: z.string(), errors: orElse(z.array(orElse(errorDetail, "")), []) });

/** Turns an answer that is no success into the error that says what to do about it. */
export function answerFailure(
  call: HttpCall,
  answer: Answer,
  speaker: CredentialKind,
  nowMs: number,
  redactor: Redactor,
): GitHubError {
  const code = codeOf(answer);
  const limitEndsAtMs = code === "rate-limited" ? retryAtMs(answer.headers, nowMs) : null;
  const said = redactor.clean(whatGitHubSaid(answer.text));
  const message = `GitHub answered ${answer.status} to ${nameOf(call)}${said === "" ? "." : `: ${said}`}`;
  const refused = { headers: answer.headers, said };
  const remedy = remedyOf(code, { call, answer, refused }, speaker, limitEndsAtMs);
  return new GitHubError(code, redactor.clean(message), redactor.clean(remedy), {
    status: answer.status,
    retryAtMs: limitEndsAtMs,
  });
}

function codeOf(answer: Answer): GitHubErrorCode {
  if (isRateLimited(answer)) return "rate-limited";
  if (answer.status >= 500) return "unavailable";
  switch (answer.status) {
    case 401:
      return "unauthorized";
    case 403:
      return "forbidden";
    case 404:
      return "not-found";
    case 409:
      return "conflict";
    case 422:
      return "invalid";
    default:
      return "unexpected";
  }
}

function remedyOf(
  code: GitHubErrorCode,
  { call, answer, refused }: { readonly call: HttpCall; readonly answer: Answer; readonly refused: Refused },
  speaker: CredentialKind,
  limitEndsAtMs: number | null,
): string {
  switch (code) {
    case "rate-limited":
      return `Nothing to do: polling goes on by itself at ${new Date(limitEndsAtMs ?? 0).toISOString()}. If it happens often, poll more seldom or share the token with fewer tools.`;
    case "unauthorized":
      return unauthorizedRemedy(speaker);
    case "forbidden":
      return forbiddenRemedy(refused, speaker);
    case "not-found":
      return notFoundRemedy(refused, speaker, new URL(call.url).pathname);
    case "conflict":
      return "Something of that name exists already; a runner needs a name that was never used before.";
    case "invalid":
      return "Correct what GitHub's message names; of a pool it may be labels, runner group and work folder in config/pools.yaml.";
    case "unavailable":
      return "GitHub has trouble, see githubstatus.com; the agent tries again by itself.";
    default:
      return answer.status >= 300 && answer.status < 400
        ? "The organization or repository was renamed or moved: use its new name in config/pools.yaml."
        : "Check that GITHUB_API_URL is the address of GitHub's REST API, with no proxy that answers in its place.";
  }
}

/** GitHub's own words, those about single fields included; empty when the answer is not GitHub's JSON. */
function whatGitHubSaid(text: string): string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return "";
  }
  const body = errorBody.safeParse(json);
  if (!body.success) return "";
  return [body.data.message, ...body.data.errors].filter((each) => each !== "").join("; ");
}
