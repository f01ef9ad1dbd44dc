import * as z from "zod/mini";

const signedSchema = z.object({ key: z.string(), atMs: z.number() });
export type Signed = z.infer<typeof signedSchema>;

/** What is kept of the secrets that hooks sign with: by the hook's id, and by the key for those without a name. */
export const hookSecretsSchema = z.object({
  hooks: z.record(z.string(), signedSchema),
  nameless: z.array(signedSchema),
});
export type KnownSecrets = z.infer<typeof hookSecretsSchema>;
