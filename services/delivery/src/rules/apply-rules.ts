// The rules of a mail's local recipients, one after the other, in the transaction that holds the mail.
import { addressOfKey, editedHeader, parsePath } from '@pochtar/mail';
import type { Queryable } from '@pochtar/store/db';
import type { ChangedMailbox, MailContent, MailInHand, QueuedRecipient } from '@pochtar/store/queue';
import { activeScripts } from '@pochtar/store/rules';
import type { Aftermath, Outcome } from '../settle.ts';
import { readStoredHeader } from '../stored-header.ts';
import type { Tools } from '../tools.ts';
import { carryOutRules, type Ruled } from './carry-out.ts';
import type { RuledMail } from './run-script.ts';

/** Those that have rules, and those that have none. */
export async function rulesOf(
  tx: Queryable,
  locals: readonly QueuedRecipient[],
): Promise<{ with: Ruled[]; without: QueuedRecipient[] }> {
  if (locals.length === 0) return { with: [], without: [] };
  const accounts = [...new Set(locals.map(({ accountId }) => accountId as number))];
  const active = new Map((await activeScripts(tx, accounts)).map((script) => [script.accountId, script]));
  const ruled = locals.flatMap((recipient) => {
    const script = active.get(recipient.accountId as number);
    return script === undefined ? [] : [{ recipient, active: script }];
  });
  return { with: ruled, without: locals.filter(({ accountId }) => !active.has(accountId as number)) };
}

interface Task {
  mail: MailInHand;
  ruled: readonly Ruled[];
  locked: 'skip' | 'wait';
}

/** What became of the recipients; one whose mailboxes take nothing now is left as it is. */
export async function applyRules(
  tools: Tools,
  tx: Queryable,
  { mail, ruled, locked }: Task,
  after: Aftermath,
): Promise<{ outcomes: Outcome[]; changed: ChangedMailbox[] }> {
  const outcomes: Outcome[] = [];
  const changed: ChangedMailbox[] = [];
  /** Over whichever of his addresses a mail comes, a person has it once. */
  const done = new Map<number, Outcome>();
  const header = ruled.length === 0 ? null : await deliveredHeader(tools, mail);
  for (const one of ruled) {
    const { recipient, active } = one;
    const before = done.get(active.accountId);
    if (before !== undefined) {
      outcomes.push({ ...before, address: recipient.address });
      continue;
    }
    const delivered = ruledMail(tools, mail, recipient, header as Buffer);
    const result = await tools.rules.run(tx, tools.settings.current('general').heloName, active, delivered);
    const carried = await carryOutRules(tx, { mail, delivered, ruled: one, locked }, result, after);
    if (carried === null) continue;
    done.set(active.accountId, carried.outcome);
    outcomes.push(carried.outcome);
    changed.push(...carried.changed);
  }
  return { outcomes, changed };
}

async function deliveredHeader({ blobs }: Tools, mail: MailInHand): Promise<Buffer> {
  const content = mail.content as MailContent;
  return editedHeader(await readStoredHeader(blobs, content), content.prefix, content.removed);
}

/** Of the body scripts look at a megabyte a part. */
const MAX_BODY = 16 * 1024 * 1024;

function ruledMail(
  { blobs }: Tools,
  mail: MailInHand,
  recipient: QueuedRecipient,
  header: Buffer,
): RuledMail {
  const { blob, headerLength } = mail.content as MailContent;
  const path = parsePath(`<${mail.reversePath}>`);
  return {
    header,
    octets: async () => {
      const end = Math.min(blob.length, headerLength + MAX_BODY);
      return Buffer.concat([header, await blobs.read(blob, { start: headerLength, end })]);
    },
    size: mail.size,
    from: path?.address ? mail.reversePath : null,
    // RFC 5228 §5.4: as the sender's side has named it, before aliases.
    to: addressOfKey(recipient.expandedFrom ?? recipient.address),
    clientAddress: mail.clientAddress,
  };
}
