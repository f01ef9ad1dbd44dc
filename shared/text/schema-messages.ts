import { en } from "zod/locales";
import * as z from "zod/mini";

/** Gives the small form of zod its words: without them it says "Invalid input" of everything. Called where they are told. */
export function schemaMessagesInEnglish(): void {
  z.config(en());
}
