import * as z from "zod";

const name = z.string().min(1).max(100);
const anHourMs = 60 * 60_000;

/** What the page's forms ask for: the fields of each by the name of the act. */
export const ACT_FIELDS = {
  drain: z.object({ pool: name }),
  undrain: z.object({ pool: name }),
  pause: z.object({
    hours: z.enum(["1", "8", ""]).transform((hours) => (hours === "" ? null : Number(hours) * anHourMs)),
  }),
  resume: z.object({}),
  retire: z.object({ slot: name }),
  requeue: z.object({
    seq: z
      .string()
      .regex(/^[1-9]\d{0,14}$/)
      .transform(Number),
  }),
  doctor: z.object({}),
  probe: z.object({}),
} as const;

export type ActName = keyof typeof ACT_FIELDS;

/** What one form asks for. */
export type PageAct = {
  readonly [Name in ActName]: { readonly act: Name } & z.output<(typeof ACT_FIELDS)[Name]>;
}[ActName];

/** What a form asks for; null for what none of the page's forms would. */
export function readAct(act: string, fields: Readonly<Record<string, unknown>>): PageAct | null {
  if (!isActName(act)) return null;
  const read = ACT_FIELDS[act].safeParse(fields);
  return read.success ? ({ act, ...read.data } as PageAct) : null;
}

/** What an act is about, for the account of it. */
export function subjectOf(asked: PageAct): string {
  if ("pool" in asked) return asked.pool;
  if ("slot" in asked) return asked.slot;
  if ("seq" in asked) return String(asked.seq);
  if ("hours" in asked) return asked.hours === null ? "until it is resumed" : `${asked.hours / anHourMs} h`;
  return "";
}

function isActName(act: string): act is ActName {
  return Object.hasOwn(ACT_FIELDS, act);
}
