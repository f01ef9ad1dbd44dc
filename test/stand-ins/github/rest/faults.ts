/** How an answer goes wrong. */
export type Fault =
  /** The work is done, then the connection is cut before a byte of the answer. */
  | { readonly kind: "lose-answer" }
  /** The connection is cut, and nothing is done. */
  | { readonly kind: "cut" }
  /** The work is done, and the answer comes that much later. */
  | { readonly kind: "delay"; readonly delayMs: number }
  /** Nothing is done; the answer is this. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** A secondary rate limit: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
  | { readonly kind: "secondary-limit"; readonly retryAfterSeconds?: number }
  /** A list without items. */
  | { readonly kind: "empty" }
  /** The answer that the same address gave the first time after the rule began. */
  | { readonly kind: "frozen" }
  /** The work is done, and the answer is not what the description says: caught as a violation. */
  | { readonly kind: "rewrite"; readonly rewrite: (body: unknown) => unknown }
  /** The work is done, and the answer is this text, checked by nobody, as a proxy in between would send it. */
  | { readonly kind: "raw"; readonly status: number; readonly text: string };

export interface FaultRule {
  /** Names of operations as GitHub's OpenAPI description has them, as `actions/generate-runner-jitconfig-for-org`. */
  readonly operation: string | RegExp;
  readonly fault: Fault;
  /** How many times; without end unless said otherwise. */
  readonly times?: number;
  /** Which calls, by path and query; all unless said otherwise. */
  readonly match?: (url: URL) => boolean;
}

/** A rule at work. */
export interface Misbehaviour {
  /** How many calls it has befallen. */
  readonly hits: number;
  stop(): void;
}

interface ActiveRule {
  readonly rule: FaultRule;
  readonly frozen: Map<string, unknown>;
  hits: number;
  stopped: boolean;
}

/** The mishaps that tests ordered for REST calls. */
export class Faults {
  readonly #rules: ActiveRule[] = [];

  add(rule: FaultRule): Misbehaviour {
    const active: ActiveRule = { rule, frozen: new Map(), hits: 0, stopped: false };
    this.#rules.push(active);
    return {
      get hits() {
        return active.hits;
      },
      stop() {
        active.stopped = true;
      },
    };
  }

  /** The first rule that takes this call, counted as hit; null when all goes well. */
  take(operationId: string, url: URL): { readonly fault: Fault; readonly frozen: Map<string, unknown> } | null {
    const active = this.#rules.find((each) => takes(each, operationId, url));
    if (active === undefined) return null;
    active.hits++;
    return { fault: active.rule.fault, frozen: active.frozen };
  }
}

function takes({ rule, hits, stopped }: ActiveRule, operationId: string, url: URL): boolean {
  if (stopped || hits >= (rule.times ?? Infinity)) return false;
  const { operation } = rule;
  const named = typeof operation === "string" ? operation === operationId : operation.test(operationId);
  return named && (rule.match?.(url) ?? true);
}
