import { StringDecoder } from "node:string_decoder";
import { unexpected } from "./answer.ts";

const MAX_LINE_CHARACTERS = 1024 * 1024;

/** Splits a chunked body into its lines, however the chunks fall. Empty lines are skipped, an unfinished last one is kept. */
export async function* jsonLines(body: AsyncIterable<Buffer>, endpoint: string): AsyncGenerator<string, void, void> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE_CHARACTERS) throw unexpected(endpoint, "a line does not end");
    for (const line of lines) if (line.trim() !== "") yield line;
  }
  rest += decoder.end();
  if (rest.trim() !== "") yield rest;
}
