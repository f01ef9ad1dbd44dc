import { OperatorError } from "../../shared/errors/operator-error.ts";

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

/** Why a call to the Docker Engine failed. Carries no request body, so no credential. */
export class DockerError extends OperatorError<DockerErrorCode> {
  /** HTTP status, or null when there was no answer. */
  readonly status: number | null;
  constructor(
    code: DockerErrorCode,
    message: string,
    remedy: string,
    details: { readonly status?: number; readonly cause?: unknown } = {},
  ) {
    super(code, message, remedy, details);
    this.status = details.status ?? null;
  }
}
