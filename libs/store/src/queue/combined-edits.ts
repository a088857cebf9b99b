// What the verdicts of a mail make of its content: what delivery writes, and what a later filter (a signer) must know
// of those before it. Pure, but for `contentSoFar`.
import { mergeRanges } from '@pochtar/mail';
import type { Queryable } from '../db.ts';
import { loadContent, type MailContent } from './load-mail.ts';
import type { EarlierVerdict, MailToJudge } from './mail-to-judge.ts';

export type ContentEdit = Pick<EarlierVerdict, 'filter' | 'prefix' | 'removed' | 'replacementContentId'>;

export type CombinedEdits =
  | { kind: 'replace'; filter: string; contentId: string }
  /** Fields in front and ranges left out, both null when there are none. */
  | { kind: 'edit'; prefix: Buffer | null; removed: number[] | null };

/** Verdicts with a replacement, in the order of the slip. */
export function replacements<V extends ContentEdit>(slip: readonly string[], verdicts: readonly V[]): V[] {
  return verdicts
    .filter(({ filter, replacementContentId }) => replacementContentId !== null && slip.includes(filter))
    .toSorted((one, other) => slip.indexOf(one.filter) - slip.indexOf(other.filter));
}

/**
 * Of the verdicts on the mail (one a filter). One content can be delivered: the report of a virus where there is one,
 * since every other replacement may still have it inside; otherwise the first on the slip. Edits that belong to the
 * original do not apply to a replacement.
 */
export function combinedEdits(
  slip: readonly string[],
  verdicts: readonly ContentEdit[],
  removedAtAcceptance: readonly number[] | null,
): CombinedEdits {
  const given = replacements(slip, verdicts);
  const replacing = given.find(({ filter }) => filter === 'antivirus') ?? given[0];
  if (replacing !== undefined) {
    return {
      kind: 'replace',
      filter: replacing.filter,
      contentId: replacing.replacementContentId as string,
    };
  }
  const inOrder = slip.flatMap((name) => verdicts.find(({ filter }) => filter === name) ?? []);
  // Each filter puts its fields in front of what those before it left.
  const prefixes = inOrder.toReversed().flatMap(({ prefix }) => prefix ?? []);
  const removed = mergeRanges([
    removedAtAcceptance ?? [],
    ...inOrder.map((verdict) => verdict.removed ?? []),
  ]);
  return {
    kind: 'edit',
    prefix: prefixes.length === 0 ? null : Buffer.concat(prefixes),
    removed: removed.length === 0 ? null : removed,
  };
}

/**
 * The content as the verdicts so far leave it, for a filter that must see what will be sent. Null when a content row is
 * gone, which must never be. What is different for single recipients is not in it.
 */
export async function contentSoFar(db: Queryable, mail: MailToJudge): Promise<MailContent | null> {
  const { slip, verdicts, content } = mail;
  const onMail = verdicts.filter(({ recipient }) => recipient === '');
  const edits = combinedEdits(slip, onMail, content?.removed ?? null);
  if (edits.kind === 'replace') return loadContent(db, edits.contentId);
  return content && { ...content, prefix: edits.prefix, removed: edits.removed };
}
