import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import { deleteSecret } from "../../edge/edge-remedies.ts";
import { knownRefusals } from "../../edge/known-refusals.ts";
import { ageText } from "../../../shared/text/age-text.ts";
import { Skipped, type Finding } from "../check/check.ts";
import { countText } from "../../../shared/text/count-text.ts";

/** A week, and the day by which the edge may date a hook's last delivery too early. */
const ASKED_ABOUT_MS = 8 * 24 * 60 * 60_000;

const NEW_SECRET = "the edge's present GITHUB_WEBHOOK_SECRET in its settings at GitHub";

/** A hook that delivered lately, and what it signed with; null where nobody could tell. */
interface Hook {
  readonly name: string;
  readonly matched: "current" | "previous" | null;
  readonly atMs: number;
}

/**
 * Which hooks sign with which secret: during a rotation the previous one may go once every hook that delivered within a
 * week signs with the current one.
 */
export function judgeSecrets(freshness: Freshness): Finding {
  const { secret, now, hookSecrets, takesPreviousSecret = false, kind } = freshness;
  if (hookSecrets === undefined) return judgeLast(freshness);
  const hooks = hooksOf(freshness);
  if (takesPreviousSecret) return judgeRotation(hooks, now, kind);
  const left = hooks.filter(({ matched }) => matched === "previous");
  if (left.length > 0) {
    return {
      status: "warn",
      summary: `${left.length} of ${countText(hooks.length, "hook")} last signed with a secret that the edge takes no more: ${listed(left, now)}`,
      remedy: `give each of them ${NEW_SECRET}, then redeliver there what was refused`,
    };
  }
  return secret == null && hooks.length > 0
    ? { status: "pass", summary: "every hook that delivered within a week signs with the current secret" }
    : judgeLast(freshness);
}

function judgeRotation(hooks: readonly Hook[], now: number, kind: Freshness["kind"]): Finding {
  if (hooks.length === 0) {
    throw new Skipped("no hook has delivered within a week; ping each before you take the previous secret away");
  }
  const old = hooks.filter(({ matched }) => matched === "previous");
  const unknown = hooks.filter(({ matched }) => matched === null);
  if (old.length > 0) {
    return {
      status: "warn",
      summary: `${old.length} of ${countText(hooks.length, "hook")} still ${old.length === 1 ? "signs" : "sign"} with the previous secret: ${listed(old, now)}`,
      remedy: `give each of them ${NEW_SECRET}; until then keep GITHUB_WEBHOOK_SECRET_PREVIOUS`,
    };
  }
  if (unknown.length > 0) {
    return {
      status: "warn",
      summary: `it is not known which secret ${unknown.length} of ${countText(hooks.length, "hook")} signs with: ${listed(unknown, now)}`,
      remedy: "redeliver a delivery of each, or ping it: gh api -X POST orgs/ORGANIZATION/hooks/ID/pings",
    };
  }
  return {
    status: "pass",
    summary: `${hooks.length === 1 ? "the one hook that delivered within a week signs" : `all ${hooks.length} hooks that delivered within a week sign`} with the current secret`,
    detail: `the previous one may go once nothing signed with it is to be redelivered: ${deleteSecret(kind, "GITHUB_WEBHOOK_SECRET_PREVIOUS")}`,
  };
}

/** An edge of the version before knows of the last delivery alone, and one that just began of none. */
function judgeLast(freshness: Freshness): Finding {
  const { secret, now } = freshness;
  if (secret == null && knownRefusals(freshness) === null) {
    throw new Skipped("which secret matched last is not known while no agent is connected", "webhook-freshness");
  }
  if (secret == null) return { status: "pass", summary: "no signed delivery since the edge began to count" };
  const summary = `the last delivery, ${ageText(now - secret.atMs)} ago, was signed with the ${secret.matched} secret`;
  if (secret.matched === "current") return { status: "pass", summary };
  return { status: "warn", summary, remedy: `give the hook ${NEW_SECRET}; both are taken until then` };
}

function hooksOf({ hookSecrets = [], hooks = [], now }: Freshness): readonly Hook[] {
  const isAsked = ({ atMs }: { readonly atMs: number }): boolean => now - atMs < ASKED_ABOUT_MS;
  const signed = hookSecrets.filter(isAsked);
  const known = new Set(signed.map(({ id }) => id));
  const named = signed.map(({ id, matched, atMs }): Hook => ({ name: id ?? "one without a name", matched, atMs }));
  // Hooks without a place of their own are told of together.
  if (known.has(null)) return named;
  const others = hooks.flatMap(({ id, lastDeliveryAt }): Hook[] =>
    known.has(id) || lastDeliveryAt === null ? [] : [{ name: id, matched: null, atMs: lastDeliveryAt }],
  );
  return [...named, ...others.filter(isAsked)];
}

function listed(hooks: readonly Hook[], now: number): string {
  const shown = hooks.slice(0, 5).map(({ name, atMs }) => `${name} (${ageText(now - atMs)} ago)`);
  return hooks.length > shown.length ? `${shown.join(", ")} and others` : shown.join(", ");
}
