import { test } from "vitest";

import { SLICES, playSlice } from "./slices.ts";

test.each(SLICES.filter((slice) => slice % 2 === 1))(
  "X2 D1 L2 D8 D9 E-2 promises 1 to 3: a crash at any call, with poison, a full disk, refused rows and what is put back: nothing lost, nothing doubled (part %i)",
  playSlice,
);
