import * as z from "zod";

const jitSchema = z
  .object({ runner: z.object({ id: z.int() }), encoded_jit_config: z.string() })
  .transform(({ runner, encoded_jit_config: jitConfig }) => ({ runnerId: runner.id, jitConfig }));
const groupsSchema = z.object({ runner_groups: z.array(z.object({ id: z.int() })) });

export interface BareGitHub {
  readonly apiUrl: string;
  readonly token: string;
  /** Where runners are registered: an organization without a hook, so that nobody else hears of its jobs. */
  readonly organization: string;
}

/** The group that runners are registered in. */
export async function groupIdOf(github: BareGitHub): Promise<number> {
  const { runner_groups: groups } = groupsSchema.parse(await asked(github, "GET", "runner-groups"));
  return groups[0]?.id ?? 1;
}

/** The one call of GitHub that no controller can do without. */
export async function jitConfigOf(
  github: BareGitHub,
  runner: { readonly name: string; readonly groupId: number; readonly labels: readonly string[] },
): Promise<z.output<typeof jitSchema>> {
  const { name, groupId, labels } = runner;
  const body = { name, runner_group_id: groupId, labels: ["self-hosted", ...labels], work_folder: "_work" };
  return jitSchema.parse(await asked(github, "POST", "runners/generate-jitconfig", body));
}

async function asked(
  { apiUrl, token, organization }: BareGitHub,
  method: "GET" | "POST",
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(`${apiUrl}/orgs/${organization}/actions/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, accept: "application/vnd.github+json", "user-agent": "floor" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
