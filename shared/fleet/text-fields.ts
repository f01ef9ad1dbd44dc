import * as z from "zod/mini";
import { textLike } from "./fields.ts";

const ABSOLUTE = /^\/(?!(?:.*\/)?\.{1,2}(?:\/|$))[A-Za-z0-9._/-]{1,200}$/;

/** A path that starts at the root; `where` says on which machine, and what else holds of it. */
export const absolutePath = (where: string) => textLike(ABSOLUTE, `an absolute path ${where}, without . and ..`);

export interface TextMapRules {
  readonly keys: RegExp;
  /** Completes the sentence "must have only …", as `valueRule` does. */
  readonly keyRule: string;
  readonly values?: RegExp;
  readonly valueRule?: string;
}

/** A mapping of names to texts. */
export const textMap = ({ keys, keyRule, values = /^/, valueRule = "" }: TextMapRules) =>
  z.record(z.string(), z.string()).check(
    z.refine((map) => Object.keys(map).every((key) => keys.test(key)), { error: `must have only ${keyRule}` }),
    z.refine((map) => Object.values(map).every((text) => values.test(text)), { error: `must have only ${valueRule}` }),
  );
