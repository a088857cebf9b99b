// A copy of a mail for an auditor: made in the transaction of the verdict that asks for it, so that there is one exactly if
// the verdict stands.
import type { Queryable } from '../db.ts';
import { derivedId } from './derived-id.ts';

export interface AuditorCopy {
  /** The original. */
  mail: string;
  /** Address key. */
  to: string;
}

/** Of the copy: asking twice makes one. */
export function auditorCopyId({ mail, to }: AuditorCopy): string {
  return derivedId(mail, [to], 'copy for an auditor');
}

/** Rows of the originals are locked. */
export async function copyForAuditors(tx: Queryable, copies: readonly AuditorCopy[]): Promise<void> {
  for (const copy of copies) {
    await tx.query({
      name: 'copy_for_auditor',
      text: 'select queue.copy_for_auditor($1, $2, $3)',
      values: [copy.mail, auditorCopyId(copy), copy.to],
    });
  }
}
