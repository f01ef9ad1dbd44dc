import type { Holds } from "../../../shared/controller/holds.ts";
import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import type { Status } from "../../../shared/status/status.ts";

/** All that the page is made of at one moment. */
export interface PageView {
  readonly status: Status;
  readonly holds: Holds;
  /** What the edge last said of itself: `none` where there is none to ask, null where it did not answer (yet). */
  readonly edge: Freshness | "none" | null;
  /** Where a browser finds this GitHub. */
  readonly web: URL;
}
