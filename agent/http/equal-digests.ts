import { timingSafeEqual } from "node:crypto";

import type { EqualDigests } from "../../shared/edge/access.ts";

/** Node's way to compare two digests of the same length in constant time. */
export const equalDigests: EqualDigests = (a, b) => timingSafeEqual(new Uint8Array(a), new Uint8Array(b));
