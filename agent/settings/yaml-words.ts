import type { YAMLError } from "yaml";

/** What people write for what the parser says, which speaks of flow collections and implicit keys. The first that fits. */
const WORDS: readonly (readonly [code: YAMLError["code"], said: RegExp, words: string])[] = [
  ["DUPLICATE_KEY", /^/, "this key stands in the same mapping twice; remove one of them"],
  ["TAB_AS_INDENT", /^/, "a tab indents this line; YAML takes spaces only"],
  ["MULTIPLE_DOCS", /^/, "a second document begins here; keep one, without --- between"],
  ["BAD_INDENT", /sufficiently indented/, "is not YAML: a [ or { is not closed before this line"],
  [
    "BAD_INDENT",
    /^/,
    "is not YAML: this line does not stand below those that it belongs to; give them the same indent",
  ],
  ["MISSING_CHAR", /closing .quote/, "is not YAML: a quotation mark is not closed"],
  [
    "MISSING_CHAR",
    /without - /,
    "is not YAML: this line does not stand below those that it belongs to; give them the same indent",
  ],
  ["MISSING_CHAR", /^(?:Missing ,|Flow)/, "is not YAML: a comma, or a closing ] or }, is missing before this"],
  ["MISSING_CHAR", /followed by map values/, "is not YAML: a colon is missing after this key"],
  ["MULTILINE_IMPLICIT_KEY", /^/, "is not YAML: a colon is missing after this key, or the one before it"],
  ["BLOCK_AS_IMPLICIT_KEY", /^/, "is not YAML: a second colon stands in this line; put the value in quotation marks"],
  ["BAD_SCALAR_START", /^/, "is not YAML: a value cannot begin with this sign; put it in quotation marks"],
  [
    "BAD_DQ_ESCAPE",
    /^/,
    "is not YAML: in double quotation marks a backslash begins an escape, and there is none of this name; write it twice, or take single ones",
  ],
  ["BLOCK_IN_FLOW", /^/, "is not YAML: inside [ ] and { } values stand with commas between them"],
  ["UNEXPECTED_TOKEN", /^/, "is not YAML: this does not belong here"],
  ["MULTIPLE_ANCHORS", /^/, "is not YAML: two names with & for one value"],
  ["BAD_ALIAS", /^/, "is not YAML: a name with * or & is cut off"],
  ["BAD_DIRECTIVE", /^/, "is not YAML: a line that begins with % is for parsers; remove it"],
  ["TAG_RESOLVE_FAILED", /^/, "is not YAML that is read here: a type with ! that is not known; write the plain value"],
];

/** A mistake in a YAML file in plain words. */
export function yamlWords({ code, message }: Pick<YAMLError, "code" | "message">): string {
  const known = WORDS.find(([each, said]) => each === code && said.test(message));
  return known?.[2] ?? "is not YAML from here on: compare it with config/pools.example.yaml";
}
