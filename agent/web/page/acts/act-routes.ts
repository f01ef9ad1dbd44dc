import { createHash, timingSafeEqual } from "node:crypto";

import { getConnInfo } from "@hono/node-server/conninfo";
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { csrf } from "hono/csrf";
import { html } from "hono/html";

import type { Clock } from "../../../../shared/clock/clock.ts";
import { messageOf } from "../../../../shared/errors/message-of.ts";
import { OperatorError } from "../../../../shared/errors/operator-error.ts";
import type { Logger } from "../../../../shared/log/logger.ts";
import type { OperatorActs } from "../../../journal/operator-acts.ts";
import { markupOf } from "../markup/fragment.ts";
import { readAct, subjectOf, type PageAct } from "./act.ts";
import { carryOutAct, type ActWorld } from "./carry-out-act.ts";
import type { Acting } from "./act-form.ts";

const MOST_BYTES = 16 * 1024;

export interface ActRoutesOptions extends ActWorld {
  readonly acting: Acting;
  /** Where each act is written down, before it is done and after. */
  readonly acts: OperatorActs;
  readonly clock: Pick<Clock, "now">;
  readonly log: Logger;
}

/**
 * What the page's forms are sent to. A browser says where a request comes from, and a page of somebody else's does not
 * know the key: either alone would refuse what that page has it send with the operator's password.
 * https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export function actRoutes(options: ActRoutesOptions): Hono {
  const app = new Hono();
  app.use(
    csrf({ origin: (origin, context) => hostOf(origin) === context.req.header("host"), secFetchSite: "same-origin" }),
    bodyLimit({ maxSize: MOST_BYTES }),
  );
  app.post("/act/:act", async (context) => {
    const fields = await context.req.parseBody();
    if (!isSame(fields["key"], options.acting.key)) {
      return sorry(
        context,
        403,
        "This page is of before the agent's last start.",
        "Go back, load it anew, and try again.",
      );
    }
    const asked = readAct(context.req.param("act"), fields);
    if (asked === null) return sorry(context, 400, "The page knows no such act.", "Go back and load the page anew.");
    try {
      await noted(asked, addressOf(context), options);
      return context.redirect(`/?done=${asked.act}`, 303);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      return sorry(context, 409, error.message, error.remedy);
    }
  });
  return app;
}

/** On disk before it is done: what fails, and what the process ends with, is in the account too. */
async function noted(asked: PageAct, from: string | null, options: ActRoutesOptions): Promise<void> {
  const { acts, clock, log } = options;
  const subject = subjectOf(asked);
  const id = acts.asked({ act: asked.act, subject, from, atMs: clock.now() });
  log.info("asked for by the page", { act: asked.act, subject, from });
  try {
    await carryOutAct(asked, options);
    acts.came(id, "done");
  } catch (error) {
    acts.came(id, `refused: ${messageOf(error)}`);
    throw error;
  }
}

function isSame(given: unknown, key: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return typeof given === "string" && timingSafeEqual(digest(given), digest(key));
}

function hostOf(origin: string): string | null {
  return URL.parse(origin)?.host ?? null;
}

/** The other end of the connection; null where there is none, as in a request that never was on a wire. */
function addressOf(context: Context): string | null {
  try {
    return getConnInfo(context).remote.address ?? null;
  } catch {
    return null;
  }
}

function sorry(context: Context, status: 400 | 403 | 409, what: string, remedy: string): Response | Promise<Response> {
  const page = markupOf(
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Not done – Hookline</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="stylesheet" href="/assets/page.css" />
      </head>
      <body>
        <main class="sorry">
          <h1>Not done</h1>
          <p>${what}</p>
          <p class="note">${remedy}</p>
          <p><a href="/">Back to the page</a></p>
        </main>
      </body>
    </html>`,
  );
  return context.html(`<!doctype html>\n${page}\n`, status);
}
