import { ownPrefix } from "../../../agent/slots/slot-name.ts";
import type { BrokenWorld } from "./broken-world.ts";
import { REPOSITORY } from "./doctor-world.ts";
import { tagImage } from "./tag-image.ts";

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
    summary: /1 runner of ours is offline/,
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
