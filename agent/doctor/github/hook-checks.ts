import { hookName, type GitHubHook } from "../../github/model/delivery-log.ts";
import { webhookUrl } from "../../github/model/delivers-to.ts";
import { scopeName } from "../../github/model/scope.ts";
import type { RunnerScope } from "../../github/model/types.ts";
import { ageText } from "../../../shared/text/age-text.ts";
import { Skipped, type Finding } from "../check/check.ts";
import { answersText, deliveriesCommand, throttledText, type HookEvidence } from "./delivery-evidence.ts";
import { orGitHubSkipped, type GitHubFacts } from "./github-facts.ts";
import { hooksFor, pointsAt } from "./our-hooks.ts";
import { countText } from "../../../shared/text/count-text.ts";

/** Whether some hook tells our receiver of the scope's jobs, in a form that it can read. */
export async function judgeHook(facts: GitHubFacts, scope: RunnerScope, edgeUrl: string): Promise<Finding> {
  const hooks = await orGitHubSkipped(hooksFor(facts, scope), `github-access:${scopeName(scope).toLowerCase()}`);
  const ours = hooks.filter((hook) => pointsAt(hook, edgeUrl));
  const good = ours.find((hook) => faultsOf(hook).length === 0);
  if (good !== undefined) return { status: "pass", summary: `${hookName(good)} sends workflow_job to ${good.url}` };
  const [broken] = ours;
  if (broken !== undefined) return brokenFinding(broken);
  return strayFinding(hooks, scope, edgeUrl);
}

/** Whether a hook tells our receiver of jobs, with nothing to mend about it. */
export function sendsHere(hook: GitHubHook, edgeUrl: string): boolean {
  return pointsAt(hook, edgeUrl) && faultsOf(hook).length === 0;
}

/** The shell refuses an empty or unset variable: GitHub would take the secret away. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_06_02 */
const SECRET = `-f "config[secret]=\${GITHUB_WEBHOOK_SECRET:?set it to the secret of the edge}"`;

/** GitHub takes `config` as a whole: what is left out is taken away. https://docs.github.com/en/rest/orgs/webhooks#update-an-organization-webhook */
function configFields(url: string | null): string {
  return `-f 'config[url]=${url}' -f 'config[content_type]=json' ${SECRET}`;
}

/** The list of events is replaced as well. */
function eventField(event: string): string {
  return `-f 'events[]=${event}'`;
}

interface Fault {
  readonly what: string;
  /** Fields of GitHub's hook call that mend it. */
  readonly fields: string;
}

function faultsOf({ active, events, contentType, verifiesTls, url }: GitHubHook): readonly Fault[] {
  const faults: Fault[] = [];
  if (!active) faults.push({ what: "is not active", fields: "-F active=true" });
  if (!events.includes("workflow_job") && !events.includes("*")) {
    faults.push({
      what: "is not subscribed to workflow_job",
      fields: [...events, "workflow_job"].map(eventField).join(" "),
    });
  }
  if (contentType !== null && contentType !== "json") {
    faults.push({
      what: `sends ${contentType}, not application/json`,
      fields: configFields(url),
    });
  }
  if (!verifiesTls) {
    faults.push({
      what: "does not check the receiver's certificate",
      fields: `${configFields(url)} -f 'config[insecure_ssl]=0'`,
    });
  }
  return faults;
}

function brokenFinding(hook: GitHubHook): Finding {
  const faults = faultsOf(hook);
  return {
    status: "fail",
    summary: `${hookName(hook)} ${faults.map(({ what }) => what).join(", and ")}`,
    remedy: editRemedy(hook, faults.map(({ fields }) => fields).join(" ")),
  };
}

/** No hook points at us; one that tells somebody else of jobs is worth a word, and is left as it is. */
function strayFinding(hooks: readonly GitHubHook[], scope: RunnerScope, edgeUrl: string): Finding {
  const wanted = webhookUrl(edgeUrl);
  const stray = hooks.find(({ events, url }) => url !== null && events.includes("workflow_job"));
  const path = scope.kind === "organization" ? `orgs/${scope.organization}` : `repos/${scopeName(scope)}`;
  const create = `gh api ${path}/hooks -f name=web ${configFields(wanted)} ${eventField("workflow_job")}`;
  if (stray === undefined) {
    return {
      status: "fail",
      summary: `no hook of ${scopeName(scope)} sends workflow_job to ${wanted}`,
      remedy: create,
    };
  }
  const isApp = stray.home.kind === "app";
  return {
    status: "fail",
    summary: `${hookName(stray)} sends workflow_job to ${hostOf(stray.url)}, not to ${wanted}`,
    ...(isApp
      ? {}
      : { detail: "it may be somebody else's; where it is Hookline's of an earlier address, delete it afterwards" }),
    remedy: isApp ? editRemedy(stray, "") : create,
  };
}

/** A foreign address may carry a credential in its query. */
function hostOf(url: string | null): string {
  const parsed = url === null ? null : URL.parse(url);
  return parsed === null ? "an address that is none" : `${parsed.origin}${parsed.pathname}`;
}

function editRemedy({ home, id }: GitHubHook, fields: string): string {
  if (home.kind === "app") return "mend it in the App's settings at GitHub, under Webhook";
  const path = home.kind === "organization" ? `orgs/${home.organization}` : `repos/${home.owner}/${home.repository}`;
  return `gh api -X PATCH ${path}/hooks/${id} ${fields}`;
}

/**
 * Failed deliveries of the last three days that nobody has made up for. Those of an outage that goes on are told by
 * webhook-freshness. `has` says whether the journal holds a delivery, or null where there is no journal.
 */
export function judgeDeliveries(
  logs: readonly HookEvidence[] | null,
  has: ((guid: string) => boolean) | null,
  nowMs: number,
): Finding {
  if (logs === null) throw new Skipped("GitHub's log may not be read", "github-access", "github-token");
  if (logs.length === 0) throw new Skipped("no hook points at the edge", "github-hook");
  if (logs.some(({ failing }) => failing.length > 0)) {
    throw new Skipped("the last deliveries failed", "webhook-freshness");
  }
  const lost = logs.map((log) => ({
    log,
    open: log.failedBefore.filter(({ guid, event }) => event === "workflow_job" && has?.(guid) !== true),
  }));
  const all = logs.reduce((sum, { deliveries }) => sum + deliveries, 0);
  const failed = logs.reduce((sum, { failedBefore }) => sum + failedBefore.length, 0);
  const worst = lost.toSorted((a, b) => b.open.length - a.open.length)[0];
  if (worst === undefined || worst.open.length === 0) {
    const recovered =
      failed === 0 ? "none failed" : `${countText(failed, "failed and was", "failed and were")} made up for`;
    if (logs.some(({ complete }) => !complete)) {
      throw new Skipped(
        `GitHub's log is longer than was read: of the newest ${countText(all, "delivery", "deliveries")} ${recovered}`,
      );
    }
    return { status: "pass", summary: `${countText(all, "delivery", "deliveries")} in GitHub's log, ${recovered}` };
  }
  const { log, open } = worst;
  const last = ageText(nowMs - (open[0]?.firstAtMs ?? nowMs));
  return {
    status: "warn",
    summary: `${open.length} of ${countText(log.deliveries, "delivery", "deliveries")} of ${hookName(log.hook)} failed within 3 days and never came, the last ${last} ago`,
    detail: `answers: ${answersText(open)}${throttledText(open)}`,
    remedy: `see them: ${deliveriesCommand(log.hook)}; the agent's sweeps recover them while it runs`,
  };
}
