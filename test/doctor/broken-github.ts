import { NodeSql } from "../../agent/journal/node-sql.ts";
import { SLOTS_FILE } from "../../agent/journal/open-journal.ts";
import { SweepRecords } from "../../agent/journal/sweep-records.ts";
import { ownPrefix } from "../../agent/slots/slot-name.ts";
import { join } from "node:path";
import { deadAddress } from "../agent/local-server.ts";
import { tagImage } from "./tag-image.ts";
import { ping, type BrokenWorld } from "./broken-world.ts";
import { REPOSITORY, type DoctorWorld } from "./doctor-world.ts";

const DAY_MS = 24 * 60 * 60_000;
const NO_GITHUB = /^(github-(?!host)|agent-slots)/;
const NO_SCOPE = /^(github-(group|runners|hook|deliveries|repositories)|agent-slots)/;

/** Hosts, credential, permissions, limits. */
export const BROKEN_CREDENTIALS: readonly BrokenWorld[] = [
  {
    name: "N21 a name that does not resolve",
    check: "github-host:nonexistent.invalid",
    status: "fail",
    summary: /^DNS: /,
    remedy: /nslookup nonexistent\.invalid/,
    skips: NO_GITHUB,
    breakIt: () => ({ env: { GITHUB_API_URL: "https://nonexistent.invalid" } }),
  },
  {
    name: "N21 a host that nobody listens on",
    check: "github-host:127.0.0.1",
    status: "fail",
    summary: /^network: .*ECONNREFUSED/,
    remedy: /firewall/,
    skips: NO_GITHUB,
    breakIt: async () => ({ env: { GITHUB_API_URL: await deadAddress() } }),
  },
  {
    name: "N21 a host that speaks no TLS",
    check: "github-host:127.0.0.1",
    status: "fail",
    summary: /^TLS: /,
    remedy: /NODE_EXTRA_CA_CERTS/,
    skips: NO_GITHUB,
    breakIt: ({ github }) => ({ env: { GITHUB_API_URL: github.apiUrl.replace("http:", "https:") } }),
  },
  {
    name: "no GitHub credential",
    check: "github-token",
    status: "fail",
    summary: /GITHUB_TOKEN is not set/,
    remedy: /GITHUB_TOKEN=/,
    breakIt: () => ({ env: { GITHUB_TOKEN: undefined } }),
  },
  {
    name: "a token that was revoked",
    check: "github-token",
    status: "fail",
    summary: /401/,
    remedy: /make a new token/,
    skips: NO_GITHUB,
    breakIt: ({ github }) => {
      const token = github.addToken();
      github.revokeToken(token);
      return { env: { GITHUB_TOKEN: token } };
    },
  },
  {
    name: "a token that ends in three days",
    check: "github-token",
    status: "warn",
    summary: /the token ends in [23] d/,
    remedy: /github\.com\/settings\/tokens/,
    breakIt: ({ github }) => ({ env: { GITHUB_TOKEN: github.addToken({ endsAtMs: Date.now() + 3 * DAY_MS }) } }),
  },
  {
    name: "O9 a classic token without the scope for runners",
    check: "github-access:acme",
    status: "fail",
    summary: /runners, runner groups may not be read/,
    remedy: /one of \[admin:org\]/,
    skips: /^(github-(group|runners)|agent-slots)/,
    breakIt: ({ github }) => ({ env: { GITHUB_TOKEN: github.addToken({ scopes: ["repo", "admin:org_hook"] }) } }),
  },
  {
    name: "O9 a fine-grained token that may not read runs",
    check: "github-access:acme",
    status: "fail",
    summary: /: runs may not be read/,
    remedy: /permission: actions=read/,
    breakIt: ({ github }) => ({
      env: {
        GITHUB_TOKEN: github.addToken({
          permissions: { organization_self_hosted_runners: "write", organization_hooks: "read", metadata: "read" },
        }),
      },
    }),
  },
  {
    name: "O9 a fine-grained token that may not read webhooks",
    check: "github-access:acme",
    status: "warn",
    summary: /: webhooks may not be read/,
    remedy: /permission: organization_hooks=read/,
    skips: /^github-(hook|deliveries)/,
    breakIt: ({ github }) => ({
      env: {
        GITHUB_TOKEN: github.addToken({
          permissions: { organization_self_hosted_runners: "write", actions: "read", metadata: "read" },
        }),
      },
    }),
  },
  {
    name: "an organisation that GitHub does not know",
    check: "github-access:acne",
    status: "fail",
    summary: /acne: runners, runner groups/,
    remedy: /Check the name in config\/pools\.yaml/,
    skips: NO_SCOPE,
    breakIt: ({ pools }) => ({
      env: { HOOKLINE_CONFIG: pools({ organization: "acne", allowedRepositories: undefined }) },
    }),
  },
  {
    name: "few calls left of the limit",
    check: "github-rate",
    status: "warn",
    summary: /of 5000 calls left of core/,
    remedy: /HOOKLINE_SWEEP_INTERVAL_SECONDS/,
    breakIt: ({ github }) => {
      const token = github.addToken({ login: "poor" });
      github.setRateLimit(token, 300);
      return { env: { GITHUB_TOKEN: token } };
    },
  },
  {
    name: "no call left of the limit",
    check: "github-rate",
    status: "fail",
    summary: /^0 of 5000 calls left of core/,
    remedy: /HOOKLINE_SWEEP_INTERVAL_SECONDS/,
    skips: NO_GITHUB,
    breakIt: ({ github }) => {
      const token = github.addToken({ login: "broke" });
      github.setRateLimit(token, 0);
      return { env: { GITHUB_TOKEN: token } };
    },
  },
  {
    name: "few registrations of runners left",
    check: "github-rate",
    status: "warn",
    summary: /left of actions_runner_registration/,
    remedy: /cooldownSeconds/,
    breakIt: ({ github }) => {
      const token = github.addToken({ login: "eager" });
      github.setRateLimit(token, 10, "actions_runner_registration");
      return { env: { GITHUB_TOKEN: token } };
    },
  },
  {
    name: "a secondary limit on everything",
    check: "github-rate",
    status: "fail",
    summary: /secondary rate limit/,
    remedy: /polling goes on by itself/,
    skips: NO_GITHUB,
    breakIt: ({ github }) => {
      const rule = github.misbehave({ operation: /^(?!rate-limit)/, fault: { kind: "secondary-limit" } });
      return { undo: () => rule.stop() };
    },
  },
  {
    name: "sweeps that eat most of the limit",
    check: "github-rate",
    status: "warn",
    summary: /^sweeps take \d+ calls an hour, \d+ % of the limit/,
    remedy: /HOOKLINE_SWEEP_INTERVAL_SECONDS=300/,
    breakIt: ({ data }) => {
      const sql = new NodeSql(join(data, SLOTS_FILE));
      const records = new SweepRecords(sql);
      const last = records.last();
      if (last === null) throw new Error("the agent has swept");
      records.noteSweep({ ...last, calls: 4000, notModified: 0 });
      return {
        undo: () => {
          records.noteSweep(last);
          sql.close();
        },
      };
    },
  },
];

function editedHook(
  name: string,
  change: Parameters<DoctorWorld["github"]["editHook"]>[1],
  summary: RegExp,
  remedy: RegExp,
): BrokenWorld {
  return {
    name: `O6 a hook ${name}`,
    check: "github-hook:acme",
    status: "fail",
    summary,
    remedy,
    breakIt: ({ github, hook }) => {
      github.editHook(hook.id, change);
      const { url, events, active, contentType, insecureSsl } = hook;
      return { undo: () => github.editHook(hook.id, { url, events, active, contentType, insecureSsl }) };
    },
  };
}

/** The hook and its deliveries. */
export const BROKEN_HOOKS: readonly BrokenWorld[] = [
  editedHook(
    "that was switched off",
    { active: false },
    /is not active/,
    /-X PATCH orgs\/acme\/hooks\/\d+ -F active=true/,
  ),
  editedHook("of another event", { events: ["push"] }, /is not subscribed to workflow_job/, /events\[\]=workflow_job/),
  editedHook("that sends forms", { contentType: "form" }, /sends form/, /config\[content_type\]=json/),
  editedHook("that checks no certificate", { insecureSsl: true }, /certificate/, /config\[insecure_ssl\]=0/),
  {
    ...editedHook(
      "that points elsewhere",
      { url: "https://elsewhere.example/hook?key=hidden" },
      /elsewhere\.example\/hook, not to/,
      /config\[url\]=http/,
    ),
    skips: /^github-deliveries$/,
  },
  {
    ...editedHook(
      "that is not there",
      { url: "https://elsewhere.example/x", events: ["push"] },
      /no hook of acme sends/,
      /gh api orgs\/acme\/hooks -f name=web/,
    ),
    skips: /^github-deliveries$/,
  },
  {
    name: "O4 deliveries that failed within three days and that nobody made up for, throttled ones named",
    check: "github-deliveries",
    status: "warn",
    summary: /^1 of \d+ deliveries of hook \d+ of acme failed within 3 days and never came/,
    remedy: /deliveries\?status=failure/,
    breakIt: async (world) => {
      const { github } = world;
      const outage = github.misdeliver({ fault: { kind: "fail", statusCode: 503 }, times: 1 });
      github.queueJob({ repository: REPOSITORY, labels: ["nobody-has-this"], runsForMs: 1 });
      await github.deliveriesSettled();
      outage.stop();
      const failed = github.deliveries().findLast(({ statusCode }) => statusCode === 503);
      if (failed === undefined) throw new Error("a delivery has failed");
      github.noteThrottled(failed.id, Date.now());
      await ping(world);
      return {
        undo: async () => {
          github.redeliver(failed.id);
          await github.deliveriesSettled();
        },
      };
    },
  },
];

/** Runner groups, repositories, runners and their version. */
export const BROKEN_FLEETS: readonly BrokenWorld[] = [
  {
    name: "a runner group that is not there",
    check: "github-group:nas",
    status: "fail",
    summary: /no runner group "attic"; it has "Default"/,
    remedy: /runnerGroup/,
    breakIt: ({ pools }) => ({ env: { HOOKLINE_CONFIG: pools({ runnerGroup: "attic" }) } }),
  },
  {
    name: "O12 a runner group that admits public repositories",
    check: "github-group:nas",
    status: "fail",
    summary: /admits public repositories/,
    remedy: /allows_public_repositories=false/,
    breakIt: ({ github, pools }) => {
      github.addRunnerGroup({ organization: "acme", name: "open", allowsPublicRepositories: true });
      return { env: { HOOKLINE_CONFIG: pools({ runnerGroup: "open" }) } };
    },
  },
  {
    name: "a runner group that does not serve the pool's repository",
    check: "github-group:nas",
    status: "fail",
    summary: /serves not acme\/web/,
    remedy: /settings\/actions\/runner-groups\/\d+/,
    breakIt: ({ github, pools }) => {
      github.addRepository("acme/docs");
      github.addRunnerGroup({ organization: "acme", name: "few", visibility: "selected", repositories: ["acme/docs"] });
      return { env: { HOOKLINE_CONFIG: pools({ runnerGroup: "few" }) } };
    },
  },
  {
    name: "a pool for public repositories in a group that admits none",
    check: "github-group:nas",
    status: "fail",
    summary: /admits none/,
    also: /^config-pools$/,
    remedy: /allows_public_repositories=true/,
    breakIt: ({ github, pools }) => {
      github.addRepository("acme/site", { private: false });
      return { env: { HOOKLINE_CONFIG: pools({ visibility: "public", allowedRepositories: ["acme/site"] }) } };
    },
  },
  {
    name: "a repository that is not there",
    check: "github-repositories:nas",
    status: "fail",
    summary: /no repository acme\/gone/,
    remedy: /gh repo view acme\/gone/,
    breakIt: ({ pools }) => ({ env: { HOOKLINE_CONFIG: pools({ allowedRepositories: [REPOSITORY, "acme/gone"] }) } }),
  },
  {
    name: "a repository that was archived",
    check: "github-repositories:nas",
    status: "warn",
    summary: /acme\/old is archived/,
    remedy: /take it out of the pool/,
    breakIt: ({ github, pools }) => {
      github.addRepository("acme/old", { archived: true });
      return { env: { HOOKLINE_CONFIG: pools({ allowedRepositories: [REPOSITORY, "acme/old"] }) } };
    },
  },
  {
    name: "a public repository in a private pool",
    check: "github-repositories:nas",
    status: "warn",
    summary: /acme\/blog is public/,
    remedy: /take it out of the pool/,
    breakIt: ({ github, pools }) => {
      github.addRepository("acme/blog", { private: false });
      return { env: { HOOKLINE_CONFIG: pools({ allowedRepositories: [REPOSITORY, "acme/blog"] }) } };
    },
  },
  {
    name: "a runner of ours that went offline and that nobody remembers",
    check: "github-runners:acme",
    status: "warn",
    summary: /1 runners of ours are offline/,
    remedy: /gh api -X DELETE orgs\/acme\/actions\/runners\/\d+/,
    breakIt: async ({ github, instance, env }) => {
      const body = { name: `${ownPrefix(instance)}nas-forgotten`, runner_group_id: 1, labels: ["nas"] };
      const headers = { authorization: `Bearer ${env["GITHUB_TOKEN"]}`, "user-agent": "test" };
      const url = `${github.apiUrl}/orgs/acme/actions/runners/generate-jitconfig`;
      await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
      const [runner] = github.runners();
      if (runner === undefined) throw new Error("a runner was registered");
      return { undo: () => github.removeRunner(runner.id) };
    },
  },
  ...runnerVersions(),
];

function runnerVersions(): readonly BrokenWorld[] {
  const row = (version: string, status: "warn" | "fail", name: string, summary: RegExp): BrokenWorld => ({
    name,
    check: "github-runner-version:",
    status,
    summary,
    remedy: /set image: .*:2\.3\d+\.\d+ in config\/pools\.yaml/,
    breakIt: async ({ image, pools }) => {
      const { tagged, remove } = await tagImage(image, version);
      return { env: { HOOKLINE_CONFIG: pools({ image: tagged }) }, undo: remove };
    },
  });
  return [
    row("2.328.0", "fail", "O8 a runner below GitHub's minimum", /older than 2\.329\.0/),
    row(
      "2.331.0",
      "fail",
      "O8 a runner past the 30 days",
      /past GitHub's 30 days by 10 d|past GitHub's 30 days by 9 d/,
    ),
    row("2.335.0", "warn", "O8 a runner whose 30 days end within days", /jobs for [78] d yet; 2\.336\.0 is the newest/),
  ];
}
