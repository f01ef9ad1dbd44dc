/** One entry of a tar archive. Owners are numbers; a link has a target and no content. */
export interface TarEntry {
  readonly path: string;
  readonly kind: "file" | "folder" | "link";
  readonly mode: number;
  readonly uid?: number;
  readonly content?: Uint8Array;
  readonly target?: string;
}

const BLOCK_BYTES = 512;
const TYPES = { file: "0", folder: "5", link: "2" } as const;

/** A POSIX ustar archive in memory; paths and targets below 100 bytes. */
export function tarOf(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap((entry) => {
    const content = entry.content ?? new Uint8Array();
    const padding = Buffer.alloc((BLOCK_BYTES - (content.length % BLOCK_BYTES)) % BLOCK_BYTES);
    return [headerOf(entry, content.length), content, padding];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK_BYTES)]);
}

function headerOf(entry: TarEntry, contentBytes: number): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
  const uid = entry.uid ?? 0;
  if (entry.path.length > 99 || (entry.target ?? "").length > 99)
    throw new Error(`too long for a tar header: ${entry.path}`);
  header.write(entry.path, 0);
  header.write(octal(entry.mode, 7), 100);
  header.write(octal(uid, 7), 108);
  header.write(octal(uid, 7), 116);
  header.write(octal(contentBytes, 11), 124);
  header.write(octal(0, 11), 136);
  header.write("        ", 148);
  header.write(TYPES[entry.kind], 156);
  header.write(entry.target ?? "", 157);
  header.write("ustar\u000000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}
