import { expect, test } from "vitest";

import { signature256 } from "./hooks/signature.ts";

test("deliveries are signed by GitHub's documented example", () => {
  // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation
  expect(signature256("It's a Secret to Everybody", "Hello, World!")).toBe(
    "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
  );
});
