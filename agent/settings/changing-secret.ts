/** A secret that may be another one tomorrow, as its owner replaces it in its file. */
export interface ChangingSecret {
  /** As it is now. For headers and keys; never for a log, an error or a page. */
  reveal(): string;
  /** Told that the other side refused `used`. Whether there is another one to try. */
  refused(used: string): boolean;
}

/** A secret that stays as it is while the process runs. */
export function unchanging(secret: string): ChangingSecret {
  return { reveal: () => secret, refused: () => false };
}
