import { ping, type BrokenWorld } from "./broken-world.ts";
import { REPOSITORY, type DoctorWorld } from "./doctor-world.ts";

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
    detail: /^answers: 503 ×1, 1 of them throttled by GitHub$/,
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
