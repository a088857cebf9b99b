// Flags of messages as scripts name them: RFC 5232 §2.
const SYSTEM = new Map(
  ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'].map((flag) => [flag.toLowerCase(), flag]),
);
// RFC 9051 §9 flag-keyword: an atom.
const KEYWORD = /^[^\u0000-\u0020\u007f-\uffff(){%*"\\\]]{1,100}$/; // oxlint-disable-line no-control-regex
const MOST = 50;

/** Each once, as they are written first; what is no flag is passed over (RFC 5232 §2). A string may hold several. */
export function checkFlags(given: readonly string[]): readonly string[] {
  const flags = new Map<string, string>();
  for (const text of given) {
    for (const word of text.split(/ +/)) {
      const key = word.toLowerCase();
      const flag = SYSTEM.get(key) ?? (KEYWORD.test(word) ? word : undefined);
      if (flag !== undefined && !flags.has(key) && flags.size < MOST) flags.set(key, flag);
    }
  }
  return [...flags.values()];
}

export function withoutFlags(flags: readonly string[], gone: readonly string[]): readonly string[] {
  const keys = new Set(checkFlags(gone).map((flag) => flag.toLowerCase()));
  return flags.filter((flag) => !keys.has(flag.toLowerCase()));
}
