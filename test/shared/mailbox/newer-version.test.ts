import { expect, test } from "vitest";

import { isNewerVersion } from "../../../shared/mailbox/newer-version.ts";

test.each([
  ["0.2.0", "0.1.0", true],
  ["0.1.10", "0.1.9", true],
  ["1.0.0", "0.99.99", true],
  ["0.1.0", "0.1.0", false],
  ["0.1.9", "0.1.10", false],
  ["0.2.0-rc.1", "0.2.0", false],
  ["0.0.0", null, true],
  ["0.0.0", "what", true],
  ["what", "0.1.0", false],
  ["", null, false],
  [null, null, false],
])("E-11: an agent of %j is newer than one of %j: %j", (version, than, newer) => {
  expect(isNewerVersion(version, than)).toBe(newer);
});
