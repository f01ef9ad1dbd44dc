import type { Operation } from "../openapi/catalogue.ts";
import { findOperation } from "../openapi/catalogue.ts";
import { checkAnswer, checkRequest } from "../openapi/validator.ts";
import type { World } from "../world.ts";
import type { CallRecord, Violation } from "./call-log.ts";
import { distort } from "./distort.ts";
import { etagOf, matchesEtag } from "./etag.ts";
import type { Fault } from "./faults.ts";
import type { Reply } from "./handler.ts";
import { handlers } from "./handlers.ts";
import { expirationHeader } from "./expiration-header.ts";
import { byName, movedReply } from "./moved.ts";
import { permissionHeaders, requirePermission } from "./permissions.ts";
import { accountOf, identityOf, principalOf, type Principal } from "./principal.ts";
import type { Resource } from "./rate-limits.ts";
import { Points } from "./points.ts";
import { notFound, Refusal } from "./refusal.ts";

export interface IncomingCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** What goes out: an answer, or the connection cut. `delayMs` is waited first. */
export interface Outcome {
  readonly cut: boolean;
  readonly delayMs: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

interface Stage {
  readonly call: IncomingCall;
  readonly operation: Operation;
  readonly principal: Principal;
  readonly fault: Fault | null;
  readonly frozen: Map<string, unknown>;
}

/** GitHub's REST API: every call and every answer is held against the OpenAPI description. */
export class RestApi {
  readonly calls: CallRecord[] = [];
  readonly violations: Violation[] = [];
  readonly points: Points;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    this.points = new Points(world.clock);
  }

  answer(incoming: IncomingCall): Outcome {
    const moved = movedReply(this.#world, incoming.method, incoming.url);
    if (moved !== null) return this.#finish(incoming, null, null, moved, "core", null);
    const call = { ...incoming, url: byName(this.#world, incoming.url) };
    const matched = findOperation(call.method, call.url.pathname);
    if (matched === null) {
      this.#violate("request", call, "no such operation in GitHub's description, as far as it was extracted");
      return this.#finish(call, null, null, refusalReply(notFound()), "core", null);
    }
    const { operation, path } = matched;
    const resource = resourceOf(operation);
    let principal: Principal | null = null;
    let stage: Stage | null = null;
    let reply: Reply;
    try {
      requireUserAgent(call);
      principal = principalOf(call.headers["authorization"], this.#credentials());
      if (!this.points.spend(accountOf(principal), call.method)) throw secondaryLimit();
      if (operation.id !== "rate-limit/get") this.#world.rateLimits.require(accountOf(principal), resource);
      const taken = this.#world.faults.take(operation.id, call.url);
      stage = { call, operation, principal, fault: taken?.fault ?? null, frozen: taken?.frozen ?? new Map() };
      reply = this.#reply(stage, path);
    } catch (error) {
      reply = refusalReply(error instanceof Refusal ? error : this.#broken(call, error));
    }
    return this.#finish(call, operation, principal, reply, resource, stage);
  }

  #reply(stage: Stage, path: Readonly<Record<string, string>>): Reply {
    const { call, operation, principal, fault } = stage;
    if (fault?.kind === "cut") return { status: 0 };
    if (fault?.kind === "status") throw new Refusal(fault.status, fault.message ?? "Injected", {}, fault.headers);
    if (fault?.kind === "secondary-limit") throw secondaryLimit(fault.retryAfterSeconds);
    requirePermission(operation, principal);
    const body = bodyOf(call);
    const { request, departures } = checkRequest(operation, { path, query: call.url.searchParams, body });
    for (const { where, what } of departures) this.#violate("request", call, `${where} ${what}`);
    const [first] = departures;
    if (first?.where === "path") throw notFound();
    if (first !== undefined)
      throw new Refusal(422, `Invalid request.\n\n${departures.map(({ what }) => what).join("\n")}`);
    const handle = handlers[operation.id];
    if (handle === undefined) throw new Error(`nothing answers ${operation.id}`);
    const reply = handle({ world: this.#world, principal, parameters: request.parameters, body, url: call.url });
    return { ...reply, body: distort(reply.body, fault, stage.frozen, `${identityOf(principal)} ${call.url.href}`) };
  }

  #finish(
    call: IncomingCall,
    operation: Operation | null,
    principal: Principal | null,
    reply: Reply,
    resource: Resource,
    stage: Stage | null,
  ): Outcome {
    const fault = stage?.fault ?? null;
    const checked = operation === null || reply.status === 0 ? reply : this.#checked(call, operation, reply);
    const etag = checked.status === 200 ? etagOf(principal, checked.body) : null;
    const unchanged = etag !== null && matchesEtag(call.headers["if-none-match"], etag);
    const free = unchanged || operation?.id === "rate-limit/get" || principal === null;
    if (!free) this.#world.rateLimits.count(accountOf(principal), resource);
    const cut = fault?.kind === "lose-answer" || fault?.kind === "cut";
    const status = unchanged ? 304 : checked.status;
    const headers = this.#headers(operation, principal, checked, resource, etag);
    const outcome = {
      cut,
      delayMs: fault?.kind === "delay" ? fault.delayMs : 0,
      status,
      headers,
      body: textOf(checked, unchanged),
    };
    const sent = fault?.kind === "raw" ? { ...outcome, status: fault.status, body: fault.text } : outcome;
    this.calls.push({
      atMs: this.#world.clock.now(),
      method: call.method,
      path: `${call.url.pathname}${call.url.search}`,
      operation: operation?.id ?? null,
      status: cut ? 0 : sent.status,
      counted: !free,
    });
    return sent;
  }

  /** A fault of the loopback GitHub itself, which must not pass for one of GitHub's bad days. */
  #broken(call: IncomingCall, error: unknown): Refusal {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#violate("answer", call, what);
    return new Refusal(500, what);
  }

  /** The answer, or in its place a 500 that says what is wrong with it. */
  #checked(call: IncomingCall, operation: Operation, reply: Reply): Reply {
    const faults = checkAnswer(operation, reply.status, reply.body);
    if (faults.length === 0) return reply;
    for (const what of faults) this.#violate("answer", call, what);
    return refusalReply(new Refusal(500, `The answer departs from GitHub's description: ${faults.join("; ")}`));
  }

  #headers(
    operation: Operation | null,
    principal: Principal | null,
    reply: Reply,
    resource: Resource,
    etag: string | null,
  ): Record<string, string> {
    const { rateLimits, clock, dateSkewMs } = this.#world;
    return {
      Date: new Date(clock.now() + dateSkewMs).toUTCString(),
      "x-github-media-type": "github.v3; format=json",
      "x-github-request-id": `${this.calls.length.toString(16).toUpperCase()}:1A2B:3C4D`,
      ...(principal === null ? {} : rateLimits.headers(accountOf(principal), resource)),
      ...(operation === null || principal === null ? {} : permissionHeaders(operation, principal)),
      ...(principal === null ? {} : expirationHeader(principal)),
      ...(etag === null ? {} : { etag, "cache-control": "private, max-age=60, s-maxage=60" }),
      ...reply.headers,
    };
  }

  #credentials() {
    const { apps, personalTokens, clock } = this.#world;
    return { apps, personalTokens, nowMs: clock.now() };
  }

  #violate(kind: Violation["kind"], call: IncomingCall, what: string): void {
    this.violations.push({ kind, call: `${call.method} ${call.url.pathname}${call.url.search}`, what });
  }
}

function resourceOf(operation: Operation): Resource {
  return operation.id.startsWith("actions/generate-runner-jitconfig") ? "actions_runner_registration" : "core";
}

function refusalReply(refusal: Refusal): Reply {
  return { status: refusal.status, body: refusal.body, headers: refusal.headers };
}

/** https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent-required */
function requireUserAgent(call: IncomingCall): void {
  if ((call.headers["user-agent"] ?? "") === "") {
    throw new Refusal(
      403,
      "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.",
    );
  }
}

function secondaryLimit(retryAfterSeconds = 60): Refusal {
  return new Refusal(
    403,
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
    {},
    {
      "retry-after": String(retryAfterSeconds),
    },
  );
}

function bodyOf(call: IncomingCall): unknown {
  if (call.body === "") return undefined;
  try {
    return JSON.parse(call.body) as unknown;
  } catch {
    throw new Refusal(400, "Problems parsing JSON");
  }
}

function textOf({ body }: Reply, unchanged: boolean): string | null {
  return unchanged || body === undefined ? null : JSON.stringify(body);
}
