// Searching for a part of an address or of a text, in capitals or not, in what no index leads to: each row costs, so the
// fold is the cheapest that is right. Where what is looked for is ASCII, nothing else has to be folded.

/** The condition that `column` has in it what stands at `place` of the statement, where `part` is its value. */
export function hasPart(column: string, place: string, part: string | undefined): string {
  const collation = /^[ -~]*$/.test(part ?? '') ? ' collate "C"' : '';
  return `strpos(lower(${column}${collation}), lower(${place}::text${collation})) > 0`;
}
