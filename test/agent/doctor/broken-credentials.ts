import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { JOURNAL_FILE, SLOTS_FILE } from "../../../agent/journal/open-journal.ts";
import { SweepRecords } from "../../../agent/journal/sweep-records.ts";
import { deadAddress } from "../../stand-ins/http/local-server.ts";
import type { BrokenWorld } from "./broken-world.ts";

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
    name: "an organization that GitHub does not know",
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
    skips: /^(jobs-waiting|config-loaded|corpses)$/,
    breakIt: async (world) => {
      const { data } = world;
      // A daemon that answers is asked for its own last sweep.
      await world.stopAgent();
      const folder = join(data, "many-calls");
      mkdirSync(folder);
      for (const file of [JOURNAL_FILE, SLOTS_FILE]) copyFileSync(join(data, file), join(folder, file));
      await world.startAgent();
      const sql = new NodeSql(join(folder, SLOTS_FILE));
      const records = new SweepRecords(sql);
      const last = records.last();
      if (last === null) throw new Error("the agent has swept");
      records.noteSweep({ ...last, calls: 4000, notModified: 0 });
      records.keep();
      sql.close();
      return { env: { HOOKLINE_DATA: folder } };
    },
  },
];
