import { afterAll, test } from "vitest";

import { startDemoPage } from "../../../demo/demo-page.ts";
import { closeBrowser, withoutBrowser } from "./browser.ts";
import { followJobs } from "./follow-jobs.ts";

afterAll(closeBrowser);

test.skipIf(withoutBrowser)("a job in a container moves from waiting to running to done on an open page", async () => {
  await using world = await startDemoPage({ docker: true });
  await followJobs(world);
});
