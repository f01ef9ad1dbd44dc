import { playOut } from "./play-out.ts";

/** Parts of the list of places, so that none of the tests is long. */
export const SLICES = Array.from({ length: 16 }, (_, slice) => slice);

/** Dies at each place of a part of the list, one after the other. */
export async function playSlice(slice: number): Promise<void> {
  const { places } = await playOut({ crashAt: null, evictAt: null });
  for (let at = slice; at < places.length; at += SLICES.length) await playOut({ crashAt: at, evictAt: null });
}
