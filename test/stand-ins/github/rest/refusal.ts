/** An answer that says no. Handlers throw it. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    more: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.headers = headers;
    this.body = { message, documentation_url: "https://docs.github.com/rest", status: String(status), ...more };
  }
}

/** Not there, or not for these eyes: GitHub does not say which. */
export function notFound(): Refusal {
  return new Refusal(404, "Not Found");
}

/** One sentence for each thing that is wrong, in the shape of `validation-error-simple`. */
export function invalid(...errors: readonly string[]): Refusal {
  return new Refusal(422, "Validation Failed", { errors });
}
