import { html } from "hono/html";

import type { Holds } from "../../../shared/controller/holds.ts";
import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import type { Status } from "../../../shared/status/status.ts";
import type { Fragment } from "./fragment.ts";
import type { PastView } from "./history/history.ts";

/** All that the page is made of at one moment. */
export interface PageView {
  readonly status: Status;
  readonly holds: Holds;
  /** What the edge last said of itself: `none` where there is none to ask, null where it did not answer (yet). */
  readonly edge: Freshness | "none" | null;
  /** Null where the journal cannot be read. */
  readonly past: PastView | null;
  /** Where a browser finds this GitHub. */
  readonly web: URL;
}

/** In place of what the journal would tell. */
export const PAST_UNREAD: Fragment = html`<p class="empty">The journal cannot be read; the agent's log says why.</p>`;
