export type DockerErrorCode =
  | "host" // DOCKER_HOST is not understood
  | "unreachable" // nobody answers, or the connection broke
  | "permission" // the socket, or a proxy before it, refuses us
  | "api-version" // engine and client share no version
  | "image-missing" // a container's image is not on the host
  | "not-found" // any other 404
  | "conflict" // 409
  | "rejected" // any other 4xx
  | "pull-failed" // an image could not be fetched
  | "unsupported" // 501
  | "server" // any other 5xx
  | "unexpected"; // an answer that fits no schema

/**
 * Why a call to the Docker Engine failed. `message` names the place, `remedy` is a sentence for the operator.
 * Carries no request body, so no credential.
 */
export class DockerError extends Error {
  override readonly name = "DockerError";
  readonly code: DockerErrorCode;
  readonly remedy: string;
  /** HTTP status, or null when there was no answer. */
  readonly status: number | null;
  constructor(
    code: DockerErrorCode,
    message: string,
    remedy: string,
    details: { readonly status?: number; readonly cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.remedy = remedy;
    this.status = details.status ?? null;
  }
}
