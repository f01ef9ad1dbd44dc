import { LEG_BOUNDS_MS } from "../../../shared/status/totals-status.ts";
import type { Status } from "../../../shared/status/status.ts";
import { counter, gauge, single, type Family } from "./family.ts";

const LINK_STATES = ["none", "down", "dialling", "up"] as const;

/** The agent itself, its link, its sweeps, and what it asks of GitHub and Docker. */
export function agentFamilies({
  atMs,
  agent,
  link,
  jobs,
  sweeps,
  totals,
  engine,
  engines = [],
  disk,
}: Status): readonly Family[] {
  const { credential, last } = sweeps;
  const oldest = jobs.waiting[0];
  const legs = (totals?.legs ?? []).map(({ leg, counts, sumMs }) => ({ labels: { leg }, counts, sum: sumMs / 1000 }));
  const reachable = engine?.reachable;
  return [
    gauge("hookline_build_info", "The version that runs; always 1.", [
      { labels: { version: agent.version, instance_name: agent.instance }, value: 1 },
    ]),
    gauge("hookline_start_timestamp_seconds", "When the agent started.", [{ value: agent.startedAtMs / 1000 }]),
    gauge("hookline_planning", "Whether slots are planned: 0 until what exists and what happened is known.", [
      { value: Number(agent.holds.length === 0) },
    ]),
    gauge("hookline_oldest_waiting_job_seconds", "How long the oldest job has waited; 0 where none does.", [
      { value: oldest === undefined ? 0 : Math.max(0, atMs - oldest.sinceMs) / 1000 },
    ]),
    gauge(
      "hookline_link_state",
      "1 for the state that the link to the edge is in.",
      LINK_STATES.map((state) => ({ labels: { state }, value: Number(link.state === state) })),
    ),
    gauge("hookline_link_down", "Whether there is a link to the edge, and it is not up.", [
      { value: Number(link.state === "down" || link.state === "dialling") },
    ]),
    gauge("hookline_unread_signals", "Signals in the journal that this version cannot read.", [{ value: link.unread }]),
    counter(
      "hookline_link_welcomes_total",
      "Times that the edge welcomed this agent; all but the first are reconnections.",
      single(totals?.welcomes),
    ),
    counter("hookline_signals_total", "Signals that were new.", single(totals?.signals)),
    counter("hookline_duplicate_signals_total", "Signals that had come before.", single(totals?.duplicates)),
    gauge(
      "hookline_last_complete_sweep_timestamp_seconds",
      "When a sweep last had read everything.",
      single(seconds(sweeps.lastCompleteAtMs)),
    ),
    gauge("hookline_sweep_interval_seconds", "Time between two sweeps.", [{ value: sweeps.intervalMs / 1000 }]),
    gauge("hookline_last_sweep_calls", "Calls of the last sweep to GitHub.", single(last?.calls)),
    gauge("hookline_sweep_budget_calls", "Calls that a sweep may spend on repositories.", single(last?.budget)),
    counter("hookline_sweeps_total", "Sweeps of GitHub's REST API.", single(totals?.sweeps)),
    counter(
      "hookline_incomplete_sweeps_total",
      "Sweeps that could not read everything.",
      single(totals?.incompleteSweeps),
    ),
    counter("hookline_github_calls_total", "Calls to GitHub.", single(totals?.github?.calls)),
    counter(
      "hookline_github_not_modified_total",
      "Calls that GitHub answered with 304, which cost nothing.",
      single(totals?.github?.notModified),
    ),
    gauge(
      "hookline_github_limit_calls",
      "Calls that GitHub allows in an hour.",
      credential.limits.map(({ resource, limit }) => ({ labels: { resource }, value: limit })),
    ),
    gauge(
      "hookline_github_remaining_calls",
      "Calls that are left until the limit is reset.",
      credential.limits.map(({ resource, remaining }) => ({ labels: { resource }, value: remaining })),
    ),
    gauge(
      "hookline_github_token_expiry_timestamp_seconds",
      "When GitHub's token ends.",
      single(seconds(credential.expiresAtMs)),
    ),
    gauge(
      "hookline_docker_up",
      "Whether the local Docker Engine answers, where a pool names it.",
      reachable == null ? [] : [{ value: Number(reachable) }],
    ),
    counter(
      "hookline_docker_calls_total",
      "Calls to the Docker Engine: ok, refused, or failed and unanswered.",
      Object.entries(totals?.docker ?? {}).map(([outcome, value]) => ({ labels: { outcome }, value })),
    ),
    gauge(
      "hookline_engine_up",
      "Whether an engine that a pool names answers.",
      engines
        .filter(({ used }) => used)
        .map(({ name, silentSinceMs }) => ({ labels: { engine: name }, value: Number(silentSinceMs === null) })),
    ),
    gauge(
      "hookline_engine_slots",
      "Slots that are on an engine.",
      engines.map(({ name, slots }) => ({ labels: { engine: name }, value: slots })),
    ),
    counter(
      "hookline_engine_calls_total",
      "Calls to an engine: ok, refused, or failed and unanswered.",
      engines.flatMap(({ name, calls }) =>
        Object.entries(calls ?? {}).map(([outcome, value]) => ({ labels: { engine: name, outcome }, value })),
      ),
    ),
    gauge("hookline_data_free_bytes", "Free space where HOOKLINE_DATA lies.", single(disk?.freeBytes)),
    gauge("hookline_data_size_bytes", "Size of the disk where HOOKLINE_DATA lies.", single(disk?.totalBytes)),
    {
      type: "histogram",
      name: "hookline_job_latency_seconds",
      help: "How long each leg of a job's way took, from its creation to its start.",
      bounds: LEG_BOUNDS_MS.map((ms) => ms / 1000),
      observations: legs,
    },
  ];
}

function seconds(ms: number | null | undefined): number | null {
  return ms == null ? null : ms / 1000;
}
