import * as z from "zod";

import type { Api } from "../http/api.ts";
import { unchanging } from "../../settings/changing-secret.ts";
import { readListing } from "../http/listing.ts";
import { PersonalToken } from "../auth/personal-token.ts";
import { Rest } from "../http/rest.ts";
import { hooksPath, scopeName } from "../model/scope.ts";
import { GitHubError, type RunnerScope } from "../model/types.ts";

/** Only what is used; both kinds of hooks have it. */
const hookAnswer = z.object({
  id: z.number(),
  config: z.object({ url: z.string().optional() }),
});
const hooksPage = z.array(hookAnswer);

/** What a hook of Hookline's is told; everything else of it is fixed. */
export interface HookSettings {
  readonly url: string;
  readonly secret: string;
}

/**
 * The hooks of an organization or a repository, by a token with admin:org_hook or admin:repo_hook. All methods throw
 * GitHubError.
 *
 * https://docs.github.com/en/rest/orgs/webhooks, https://docs.github.com/en/rest/repos/webhooks
 */
export class HookCalls {
  readonly #api: Api;
  readonly #rest: Rest;

  /** Throws GitHubError when the token cannot be one; makes no call. */
  constructor(api: Api, token: string) {
    this.#api = api;
    this.#rest = new Rest(api, new PersonalToken(api, unchanging(token)));
  }

  /** The id of the hook that goes to this address, or null. Throws when the list could not be read to its end. */
  async find(scope: RunnerScope, url: string, signal: AbortSignal): Promise<number | null> {
    const query = {
      path: `${hooksPath(scope)}?per_page=100`,
      schema: hooksPage,
      itemsOf: (page: z.infer<typeof hooksPage>) => page,
      keyOf: ({ id }: { readonly id: number }) => id,
    };
    const { items, failure } = await this.#named(scope, () => readListing(this.#rest, query, { scope, signal }));
    if (failure !== undefined) throw failure;
    return items.find(({ config }) => config.url === url)?.id ?? null;
  }

  /** Makes the hook and gives its id. Never repeated by itself: a lost answer may have made it. */
  async create(scope: RunnerScope, settings: HookSettings, signal: AbortSignal): Promise<number> {
    this.#api.redactor.remember(settings.secret);
    const body = { name: "web", ...bodyOf(settings) };
    const sent = await this.#named(scope, () =>
      this.#rest.write("POST", hooksPath(scope), { scope, signal, body, accept: [201] }),
    );
    return this.#rest.parse(sent, hookAnswer).id;
  }

  /** Gives a hook that exists the address, secret, content type and events that it should have. */
  async update(scope: RunnerScope, id: number, settings: HookSettings, signal: AbortSignal): Promise<void> {
    this.#api.redactor.remember(settings.secret);
    await this.#named(scope, () =>
      this.#rest.write("PATCH", `${hooksPath(scope)}/${id}`, { scope, signal, body: bodyOf(settings), accept: [200] }),
    );
  }

  /** Takes the hook away; one that is gone already is no error. */
  async remove(scope: RunnerScope, id: number, signal: AbortSignal): Promise<void> {
    await this.#rest.write("DELETE", `${hooksPath(scope)}/${id}`, { scope, signal, accept: [204, 404] });
  }

  /** Asks GitHub to send the hook a `ping`. */
  async ping(scope: RunnerScope, id: number, signal: AbortSignal): Promise<void> {
    await this.#rest.write("POST", `${hooksPath(scope)}/${id}/pings`, { scope, signal, accept: [204] });
  }

  /** The general remedies speak of pools; these failures have another place to look at. */
  async #named<T>(scope: RunnerScope, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof GitHubError) || (error.code !== "not-found" && error.code !== "invalid")) throw error;
      const [right, kind] =
        scope.kind === "organization" ? ["admin:org_hook", "organization"] : ["admin:repo_hook", "repository"];
      const remedy =
        error.code === "not-found"
          ? `Check the name of the ${kind} ${scopeName(scope)}. GitHub also answers 404 to a token that may not manage its webhooks: give it ${right}, or Webhooks write.`
          : `Look at the webhooks of ${scopeName(scope)} on GitHub: one event takes 20 hooks at most, and none twice for one address.`;
      throw new GitHubError(error.code, error.message, remedy, error.status === null ? {} : { status: error.status });
    }
  }
}

function bodyOf({ url, secret }: HookSettings) {
  return {
    config: { url, content_type: "json", secret, insecure_ssl: "0" },
    events: ["workflow_job"],
    active: true,
  };
}
