/**
 * What a terminal would not print as it stands: control characters of both sets, an escape among them, line and
 * paragraph separators, and the marks that turn the direction of text.
 * https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text of others for a terminal or a log of lines: what could move the cursor, colour or forge a line is spelt out. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, escapeOf);
}

/** A finished JSON text with the same characters as escapes, which mean what they meant. */
export function printableJson(json: string): string {
  return json.replaceAll(UNPRINTABLE, (character) => (character === "\n" ? character : escapeOf(character)));
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
