// quarantine.ownerDigest: once a day the owner of a mailbox is told what a filter holds for it. The id of a digest follows from
// its owner and the day, so that whoever goes on after a process that ended tells nobody twice.
import type { Step } from '@pochtar/bus';
import {
  type Address,
  buildQuarantineDigest,
  type DigestedMail,
  parseAddress,
  parseHeaderFields,
  returnPathField,
} from '@pochtar/mail';
import { serverDomain } from '@pochtar/settings';
import {
  acceptMails,
  claimDigest,
  derivedId,
  digestMails,
  type DigestOwner,
  digestOwners,
  type DigestWindow,
  endDigest,
  forgetDigest,
} from '@pochtar/store/queue';
import { recipientAddress } from '../recipient-address.ts';
import { systemMail } from '../system-mail.ts';
import type { Tools } from '../tools.ts';

const OWNERS_AT_ONCE = 100;
/** Of more the number is told. */
const MOST_MAILS = 50;
const DAY_MS = 86_400_000;

export async function tellOwners(tools: Tools, signal: AbortSignal): Promise<void> {
  const { db, settings, log } = tools;
  try {
    if (!settings.current('quarantine').ownerDigest) return await forgetDigest(db);
    const window = await claimDigest(db);
    if (window === null) return;
    const told = await tellAll(tools, window, signal);
    if (signal.aborted) return;
    await endDigest(db, window);
    if (told > 0) log.info({ told }, 'owners were told what is held for them');
  } catch (error) {
    log.warn({ err: error }, 'owners are told later what is held for them');
  }
}

async function tellAll(tools: Tools, window: DigestWindow, signal: AbortSignal): Promise<number> {
  for (let told = 0, after = 0; ; ) {
    const page = { after, most: MOST_MAILS, limit: OWNERS_AT_ONCE };
    const owners = await digestOwners(tools.db, window, page);
    for (const owner of owners) {
      if (signal.aborted) return told;
      if (await tell(tools, owner, window)) told++;
    }
    after = owners.at(-1)?.account ?? after;
    if (owners.length < OWNERS_AT_ONCE) return told;
  }
}

/** Whether there is something to tell. */
async function tell(
  tools: Tools,
  { address, count, mails }: DigestOwner,
  window: DigestWindow,
): Promise<boolean> {
  const to = parseAddress(address);
  const held = await digestMails(tools.db, mails);
  // They were let go or deleted since.
  if (to === null || held.length === 0) return false;
  const { expiryDays } = tools.settings.current('quarantine');
  const domain = serverDomain(tools.settings.current('general'));
  const day = window.until.getTime().toString(16).padStart(12, '0');
  const id = derivedId(day, [address], 'digest');
  const now = new Date();
  const body = buildQuarantineDigest({
    ...{ from: mailerDaemon(domain), to, date: now, messageId: `<${id}@${domain}>` },
    count: count - (mails.length - held.length),
    mails: held.map(({ header, heldAt, ...mail }): DigestedMail => {
      const expiresAt = expiryDays === 0 ? null : new Date(heldAt.getTime() + expiryDays * DAY_MS);
      return { ...mail, heldAt, expiresAt, subject: subjectIn(header) };
    }),
    language: 'both',
  });
  const recipient = await recipientAddress(tools.db, to);
  const mail = await systemMail(tools, {
    ...{ id, bytes: Buffer.concat([returnPathField(null), body]), reversePath: '', now },
    to: { ...recipient, notify: 'NEVER' },
  });
  await acceptMails(tools.db, [mail]);
  void tools.bus.announceStep(mail.step as Step, id);
  return true;
}

function mailerDaemon(domain: string): Address {
  return { localPart: 'MAILER-DAEMON', domain };
}

function subjectIn(header: Buffer | null): string | null {
  return header && (parseHeaderFields(header).find(({ lower }) => lower === 'subject')?.value ?? null);
}
