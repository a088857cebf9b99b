// A line of a list as people paste and keep it: `192.0.2.0/24 until=2027-01-31T12:00:00Z # branch office`. What is exported is
// written the same way. `relay=no`: an address that is spared the checks and may not send anywhere else.
import { type ListName, type ListProblem, readEnd, readListEntry, text } from '@pochtar/settings';
import { networkKey, type NewEntry } from '@pochtar/store/lists';

const MAX_COMMENT = 200;

export interface Defaults {
  comment: string;
  expiresAt: string;
}

export type ReadLine = { ok: true; entry: NewEntry } | { ok: false; problem: ListProblem };

/** null: nothing stands in it. */
export function readLine(
  line: string,
  list: ListName,
  defaults: Defaults,
  now = new Date(),
): ReadLine | null {
  const [, before = '', after] = /^([^#]*)(?:#(.*))?$/s.exec(line) ?? [];
  const [, value = '', until, relay] =
    /^\s*(.*?)(?:\s+until=(\S+))?(?:\s+(relay=no))?[\s,;]*$/is.exec(before) ?? [];
  if (value === '') return null;
  const written = after?.trim() ?? '';
  const comment = written === '' ? defaults.comment : written;
  const read = readNewEntry(list, { value, comment, expiresAt: until ?? defaults.expiresAt }, now);
  if (read.ok && relay !== undefined) read.entry.opensRelay = false;
  return read;
}

export function readNewEntry(
  list: ListName,
  { value, comment, expiresAt }: Defaults & { value: string },
  now = new Date(),
): ReadLine {
  const read = readListEntry(list, value);
  if (!read.ok) return read;
  const end = readEnd(expiresAt, now);
  if (!end.ok) return end;
  if (comment.length > MAX_COMMENT) return { ok: false, problem: longComment };
  return {
    ok: true,
    entry: {
      kind: read.entry.kind,
      value: storedValue(read.entry.value),
      comment: comment.replaceAll('\u0000', ''),
      expiresAt: end.end,
    },
  };
}

/** Named networks are found whatever the case of their name. */
export function storedValue(value: string): string {
  const name = /^network:(.*)$/is.exec(value)?.[1];
  return name === undefined ? value : `network:${networkKey(name)}`;
}

const longComment: ListProblem = {
  field: 'comment',
  code: 'tooLong',
  message: text(
    `комментарий не длиннее ${MAX_COMMENT} знаков: сократите его`,
    `a comment has at most ${MAX_COMMENT} characters: shorten it`,
  ),
};
