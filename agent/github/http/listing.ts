import type * as z from "zod/mini";

import type { Page, ReadOptions, Rest } from "./rest.ts";
import { GitHubError, type Listing } from "../model/types.ts";

/** No list of this agent's is longer than 100 pages of 100; a chain of pages that never ends is cut here. */
const MAX_PAGES = 100;

/** How to read one of GitHub's lists. */
export interface ListQuery<Envelope, Item> {
  /** With its query, `per_page` included. */
  readonly path: string;
  readonly schema: z.core.$ZodType<Envelope>;
  readonly itemsOf: (envelope: Envelope) => readonly Item[];
  /** What tells items apart: a list that changes while it is read shows some of them twice. */
  readonly keyOf: (item: Item) => number | string;
  /** Where to go on from an earlier reading that gave this address as `next`. */
  readonly url?: string;
  /** Pages of this reading; what is left can be read from `next` on. */
  readonly mostPages?: number;
  /** Whether later pages hold nothing that is wanted. */
  readonly isEnough?: (envelope: Envelope) => boolean;
  /** How many items GitHub says that there are. */
  readonly totalOf?: (envelope: Envelope) => number;
}

/**
 * Reads a list to its end, page by page. Throws GitHubError when the first page fails; when a later one does, or
 * fewer items came than GitHub counts, the listing is incomplete.
 *
 * https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
 */
export async function readListing<Envelope, Item>(
  rest: Rest,
  query: ListQuery<Envelope, Item>,
  options: ReadOptions,
): Promise<Listing<Item> & { readonly next?: string }> {
  const found = new Map<number | string, Item>();
  let total = 0;
  let url: string | null = query.url ?? rest.urlOf(query.path);
  for (let pages = 0; url !== null; pages++) {
    if (pages === (query.mostPages ?? MAX_PAGES)) {
      return { items: [...found.values()], complete: false, shortfall: cut(found.size), next: url };
    }
    try {
      const page: Page<Envelope> = await rest.read(url, query.schema, options);
      for (const item of query.itemsOf(page.value)) found.set(query.keyOf(item), item);
      total = query.totalOf?.(page.value) ?? 0;
      url = query.isEnough?.(page.value) === true ? null : page.nextUrl;
    } catch (error) {
      if (pages === 0 || !(error instanceof GitHubError)) throw error;
      return { items: [...found.values()], complete: false, failure: error };
    }
  }
  // An item that ended meanwhile moves a later one to a page that was read already.
  if (found.size >= total) return { items: [...found.values()], complete: true };
  const shortfall = `${found.size} of the ${total} entries that GitHub counts were listed`;
  return { items: [...found.values()], complete: false, shortfall };
}

function cut(items: number): string {
  return `the list goes on after the ${items} entries that were read`;
}
