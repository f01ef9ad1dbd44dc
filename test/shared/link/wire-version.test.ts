import { createHash } from "node:crypto";

import { expect, test } from "vitest";
import * as z from "zod";

import { downSchema } from "../../../shared/link/down.ts";
import { PROTOCOL_VERSION, SPOKEN_VERSIONS, SUBPROTOCOL, WIRE_HASH } from "../../../shared/link/protocol.ts";
import { upSchema } from "../../../shared/link/up.ts";

test("a change of the wire comes with a new protocol version", () => {
  const schemas = [upSchema, downSchema].map((schema) => z.toJSONSchema(schema, { unrepresentable: "throw" }));
  const hash = createHash("sha256").update(JSON.stringify(schemas)).digest("hex").slice(0, 16);
  const remedy =
    "The frames have changed. In shared/link/protocol.ts: once this version is released, raise PROTOCOL_VERSION, keep " +
    "the one before in SPOKEN_VERSIONS and add a line on what changed; then, or before a release, set WIRE_HASH anew.";
  expect(hash, remedy).toBe(WIRE_HASH);
});

test("this version and at most the one before are spoken", () => {
  expect(SPOKEN_VERSIONS).toContain(PROTOCOL_VERSION);
  expect(SPOKEN_VERSIONS.every((version) => version === PROTOCOL_VERSION || version === PROTOCOL_VERSION - 1)).toBe(
    true,
  );
});

test("the subprotocol carries the oldest version that is spoken", () => {
  expect(SUBPROTOCOL).toBe(`hookline.v${Math.min(...SPOKEN_VERSIONS)}`);
});
