import type { InitContext, Step } from "../world/context.ts";
import { PRIVATE_FILE } from "../world/files.ts";
import { InitError } from "../world/init-error.ts";
import { readSecret } from "./secrets.ts";

/** Deploys the Worker with its secrets, as one version. */
export const deployStep: Step = {
  id: "deploy",
  plan: ({ progress }) => {
    const { name, environment } = progress.choices;
    const which = `${name ?? "the Worker of wrangler.toml"}${environment === null ? "" : `, environment ${environment}`}`;
    return [`deploy ${which} with GITHUB_WEBHOOK_SECRET and HOOKLINE_TOKEN by wrangler, as one version`];
  },
  async run(context) {
    const { progress } = context;
    const known = progress.made.worker;
    if (known !== null && known.url !== null) return `Worker ${known.name ?? ""} at ${known.url}`;
    const account = accountOf(context);
    const existedBefore = known?.existedBefore ?? (await context.wrangler.exists(account));
    if (known === null) {
      if (existedBefore) await requireConsent(context);
      progress.note({ worker: { name: null, url: null, existedBefore } });
    }
    const deployed = await deploy(context, account);
    const url = progress.choices.url ?? deployed.url;
    if (url === null) {
      const remedy = "Set workers_dev = true or a custom domain in wrangler.toml, or name the address with --url.";
      throw new InitError("no-address", `The Worker ${deployed.name} is deployed and has no address.`, remedy);
    }
    progress.note({ worker: { name: deployed.name, url, existedBefore } });
    return `Worker ${deployed.name} at ${url}`;
  },
};

function accountOf({ progress }: InitContext): string {
  const { account } = progress.made;
  if (account === null) throw new TypeError("the account step comes first");
  return account;
}

async function deploy(context: InitContext, account: string) {
  const { world, layout, wrangler } = context;
  const secrets = {
    GITHUB_WEBHOOK_SECRET: readSecret(layout.webhookSecret, context),
    HOOKLINE_TOKEN: readSecret(layout.token, context),
  };
  world.files.write(layout.workerSecrets, JSON.stringify(secrets), PRIVATE_FILE);
  try {
    return await wrangler.deploy(account, layout.workerSecrets, layout.wranglerOutput);
  } finally {
    world.files.remove(layout.workerSecrets);
  }
}

/** A Worker of this name that init has not made may serve something else. */
async function requireConsent({ options, world }: InitContext): Promise<void> {
  if (options.force) return;
  const question = "A Worker of this name is deployed already. Deploy over it, with new secrets?";
  if (world.ask !== null && (await world.ask.confirm(question))) return;
  const remedy = "Choose another name with --name, or say --force to deploy over it.";
  throw new InitError("worker-exists", "A Worker of this name is deployed already, and init has not made it.", remedy);
}
