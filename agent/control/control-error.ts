/** A command and the daemon could not come together. `remedy` is a sentence for the operator. */
export class ControlError extends Error {
  override readonly name = "ControlError";
  readonly code: "no-daemon" | "daemon-ended" | "daemon-runs" | "protocol" | "refused";
  readonly remedy: string;
  constructor(code: ControlError["code"], message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.remedy = remedy;
  }
}
