import type { Clock, Random } from "../../../shared/clock/clock.ts";
import { systemClock } from "../../../agent/clock/system-clock.ts";
import { DeliveryFaults } from "./hooks/delivery-faults.ts";
import { DeliveryLog } from "./hooks/delivery-log.ts";
import { HookRegistry } from "./hooks/hook-registry.ts";
import { jobPayload } from "./hooks/job-payload.ts";
import { Poster } from "./hooks/post.ts";
import { Sender } from "./hooks/sender.ts";
import { LoopbackGitHub } from "./loopback-github.ts";
import { Faults } from "./rest/faults.ts";
import { RateLimits } from "./rest/rate-limits.ts";
import { RestApi } from "./rest/rest-api.ts";
import { RunnerProtocol } from "./runner-protocol/runner-protocol.ts";
import { LoopbackServer } from "./server.ts";
import { ManifestPages } from "./web/manifest-pages.ts";
import { Accounts } from "./state/accounts.ts";
import { AppManifests } from "./state/app-manifests.ts";
import { Apps } from "./state/apps.ts";
import { Changes } from "./state/changes.ts";
import { Dispatcher } from "./state/dispatcher.ts";
import { Ids } from "./state/ids.ts";
import { Jobs, type PublishJob } from "./state/jobs.ts";
import { PersonalTokens } from "./state/personal-tokens.ts";
import { Releases } from "./state/releases.ts";
import { Runners } from "./state/runners.ts";
import type { World } from "./world.ts";

export interface LoopbackOptions {
  /** For timestamps and all waiting; the machine's clock unless said otherwise. */
  readonly clock?: Clock;
  readonly random?: Random;
  /** Copies sent beyond each delivery; 0 unless said otherwise. */
  readonly duplicates?: number;
  /** An ephemeral port unless said otherwise. */
  readonly port?: number;
  /** An address of this machine where runners reach it; loopback unless said otherwise. */
  readonly runnerHost?: string;
  /** How long a runner's poll is held while there is no job; 10 s unless said otherwise. */
  readonly pollMs?: number;
  /** How long a runner may be between two requests before it is seen as offline; 15 s unless said otherwise. */
  readonly silenceMs?: number;
  /** How long a job stays with a runner that does not begin it; 60 s, as GitHub documents, unless said otherwise. */
  readonly pickUpMs?: number;
  /** How long after its runner went away in the middle of it a job fails; 10 min unless said otherwise. */
  readonly lostRunnerMs?: number;
}

/** A GitHub on loopback: REST API, webhooks and runners, with all that happens between them. */
export async function startGitHub(options: LoopbackOptions = {}): Promise<LoopbackGitHub> {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const server = new LoopbackServer(clock);
  const apiUrl = await server.listen(options.port ?? 0, options.runnerHost !== undefined);

  const ids = new Ids();
  const changes = new Changes();
  const onChange = (): void => changes.notify();
  const accounts = new Accounts(ids, clock);
  const actor = accounts.add("octocat", "user");
  const apps = new Apps(ids, clock, random);
  const manifests = new AppManifests(random);
  const hooks = new HookRegistry(ids, clock, apps);
  const log = new DeliveryLog(ids, clock);
  const deliveryFaults = new DeliveryFaults(clock, random);
  const poster = new Poster(clock);
  const sender = new Sender({
    ids,
    random,
    hooks,
    log,
    faults: deliveryFaults,
    poster,
    duplicates: options.duplicates ?? 0,
    onChange,
  });
  const publish: PublishJob = (job, action, run) => {
    const payload = jobPayload({ action, job, run, sender: actor, apiUrl });
    sender.publish(
      { event: "workflow_job", action, jobId: job.id, repository: job.repository, payload },
      job.repository,
    );
    onChange();
  };
  const jobs = new Jobs(ids, clock, random, publish);
  const runners = new Runners(ids, clock, random);
  const dispatcher = new Dispatcher({
    clock,
    random,
    accounts,
    jobs,
    runners,
    onChange,
    pollMs: options.pollMs ?? 10_000,
    silenceMs: options.silenceMs ?? 15_000,
    pickUpMs: options.pickUpMs ?? 60_000,
    lostRunnerMs: options.lostRunnerMs ?? 600_000,
  });
  const personalTokens = new PersonalTokens(ids, random);
  const world: World = {
    clock,
    random,
    changes,
    accounts,
    apps,
    manifests,
    personalTokens,
    rateLimits: new RateLimits(clock),
    jobs,
    runners,
    dispatcher,
    hooks,
    log,
    sender,
    faults: new Faults(),
    deliveryFaults,
    releases: new Releases(),
    dateSkewMs: 0,
    actor,
    apiUrl,
    runnerUrl: apiUrl.replace("127.0.0.1", options.runnerHost ?? "127.0.0.1"),
  };
  const rest = new RestApi(world);
  server.serve({ rest, manifests: new ManifestPages(world), runners: new RunnerProtocol(runners, dispatcher) });
  return new LoopbackGitHub(world, rest, async () => {
    changes.close();
    deliveryFaults.close();
    dispatcher.close();
    poster.close();
    await server.close();
  });
}
