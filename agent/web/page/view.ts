import { html } from "hono/html";

import type { Holds } from "../../../shared/controller/holds.ts";
import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import type { Status } from "../../../shared/status/status.ts";
import type { DeadLetterList } from "../../edge/ask-dead.ts";
import type { OperatorAct } from "../../journal/operator-acts.ts";
import type { Acting } from "./acts/act-form.ts";
import type { DoctorBook } from "./books/doctor-book.ts";
import type { Fragment } from "./markup/fragment.ts";
import type { PastView } from "./history/history.ts";

/** All that the page is made of at one moment. */
export interface PageView {
  readonly status: Status;
  readonly holds: Holds;
  /** What the edge last said of itself, with its ages as of now: `none` where there is none to ask, null where it did not answer (yet). */
  readonly edge: Freshness | "none" | null;
  /** Null where the journal cannot be read. */
  readonly past: PastView | null;
  /** What the edge keeps that the agent could not take: `none` where there is none to ask, null where it is not known. */
  readonly dead: DeadLetterList | "none" | null;
  readonly doctor: ReturnType<DoctorBook["state"]>;
  /** Null where the page only shows. */
  readonly acting: Acting | null;
  /** What was done by the page, the newest first. */
  readonly acts: readonly OperatorAct[];
  /** Where a browser finds this GitHub. */
  readonly web: URL;
}

/** In place of what the journal would tell. */
export const PAST_UNREAD: Fragment = html`<p class="empty">The journal cannot be read; the agent's log says why.</p>`;
