// Compare (RFC 4511 §4.10): whether an entry has a value, without sending it.
import type { Run } from '../operation.ts';
import { utf8 } from '../ber/reader.ts';
import { codes, Refused, result } from '../protocol/result.ts';
import { typesOf } from '../schema/attributes.ts';
import { testOf } from '../search/truth.ts';
import { Tree } from '../tree/tree.ts';

export const compare: Run<'compare'> = (session, { name, attribute, value }) => {
  const entry = Tree.of(session).entryAt(name);
  const types = typesOf(attribute);
  if (types.length === 0) throw new Refused('undefinedAttributeType', 'no entry has this attribute');
  if (types.every((type) => !entry.has(type.name))) {
    throw new Refused('noSuchAttribute', 'the entry has no such attribute');
  }
  const isThere = testOf({ kind: 'equal', attribute, value: utf8(value) })(entry);
  if (isThere === null) throw new Refused('inappropriateMatching', 'the attribute has no values like this');
  return { result: result(isThere ? codes.compareTrue : codes.compareFalse) };
};
