import type { Job } from "../../state/model.ts";

const NAMES = [
  "Set up job",
  "Run actions/checkout@v5",
  "Run make test",
  "Post Run actions/checkout@v5",
  "Complete job",
];

/** The steps of a job: none before it starts, one while it runs, all of them once it has run. */
export function jobSteps(job: Job): readonly Record<string, unknown>[] {
  if (job.startedAtMs === null || job.status === "queued") return [];
  const startedAt = new Date(job.startedAtMs).toISOString();
  if (job.completedAtMs === null) {
    return [
      { name: NAMES[0], status: "in_progress", conclusion: null, number: 1, started_at: startedAt, completed_at: null },
    ];
  }
  const completedAt = new Date(job.completedAtMs).toISOString();
  return NAMES.map((name, index) => ({
    name,
    status: "completed",
    conclusion: index === 2 ? job.conclusion : "success",
    number: index + 1,
    started_at: startedAt,
    completed_at: completedAt,
  }));
}
