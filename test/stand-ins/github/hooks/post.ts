import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

import type { Clock } from "../../../../shared/clock/clock.ts";

/** GitHub cuts the connection after this long: https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks */
const DEADLINE_MS = 10_000;

export interface PostAnswer {
  /** 0 when no answer came. */
  readonly statusCode: number;
  /** `OK`, or the reason, as GitHub's delivery log words it. */
  readonly status: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** Posts deliveries, many at a time, each over a new connection: one that is kept could be closed when it is needed. */
export class Poster {
  readonly #clock: Clock;
  readonly #http = new HttpAgent({ keepAlive: false, maxSockets: 64 });
  readonly #https = new HttpsAgent({ keepAlive: false, maxSockets: 64 });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Never rejects: no answer is an answer too. */
  post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<PostAnswer> {
    return new Promise((resolve) => {
      const secure = url.startsWith("https:");
      const bytes = Buffer.from(body, "utf8");
      const options = { method: "POST", headers: { ...headers, "Content-Length": String(bytes.length) } };
      const cancel = this.#clock.after(DEADLINE_MS, () => request.destroy(new Error("timed out")));
      const end = (answer: PostAnswer): void => {
        cancel();
        resolve(answer);
      };
      const lost = (error: Error): void => end({ statusCode: 0, status: failure(error), headers: {}, body: null });
      const request = (secure ? httpsRequest : httpRequest)(
        url,
        { ...options, agent: secure ? this.#https : this.#http },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on("data", (part: Buffer) => parts.push(part));
          answer.on("error", lost);
          answer.on("end", () => {
            const statusCode = answer.statusCode ?? 0;
            const status = statusCode < 400 ? "OK" : (answer.statusMessage ?? "failed");
            const text = Buffer.concat(parts).toString("utf8");
            end({ statusCode, status, headers: flat(answer.headers), body: text });
          });
        },
      );
      request.on("error", lost);
      request.end(bytes);
    });
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

function failure(error: Error): string {
  return error.message === "timed out" ? "timed out" : "failed to connect to host";
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(", ")]));
}
