// admin.quarantine.*: what a person sees of mails that a filter holds, and does with them. A body is shown and given out as
// octets that nobody renders, to those who may act on the mail; both are written down.
import {
  adminQuarantine,
  type AdminReply,
  type Asker,
  answerAdmin,
  done,
  fitting,
  QUARANTINE_PIECE,
  type QuarantinedMail,
  refused,
} from '@pochtar/bus';
import { subjectOf } from '@pochtar/mail';
import { deliveredSize, headerShift, readDelivered } from '@pochtar/store/content';
import {
  listQuarantine,
  type MailContent,
  quarantinedContent,
  type QuarantinedRow,
  showQuarantined,
  verdictsOf,
} from '@pochtar/store/queue';
import { actOnMails, ofOneKind, type Selection } from '../act-on-mails.ts';
import { MAX_VIEWED, safeHeader, safeParts } from '../quarantine/safe-view.ts';
import { type Action, releaseWithin, remove, unlessForApproval } from '../queue-actions.ts';
import type { Tools } from '../tools.ts';

const DAY_MS = 86_400_000;
const MAX_HEADER = 256 * 1024;

export function answerQuarantine(tools: Tools): AsyncDisposable {
  const { db } = tools;
  const act = (action: Action) => (request: Omit<Selection, 'heldBy'>, asker: Asker) =>
    ofOneKind(tools, (selection, who) => actOnMails(tools, selection, who, action))(
      { ...request, heldBy: 'filter' },
      asker,
    );
  const answers = [
    answerAdmin(tools, adminQuarantine.list, async ({ since, ...filter }, { scope }) => {
      const acceptedSince = since === undefined ? undefined : new Date(since);
      const { mails, ...page } = await listQuarantine(db, scope, { ...filter, acceptedSince });
      const shown = fitting(mails.map((mail) => quarantinedMail(tools, mail)));
      const next = shown.length < mails.length ? (shown.at(-1)?.mail ?? null) : page.next;
      return done({ ...page, mails: shown, next });
    }),
    answerAdmin(tools, adminQuarantine.show, ({ mail }, { scope }) => show(tools, mail, scope)),
    answerAdmin(tools, adminQuarantine.read, ({ mail }, { scope }) =>
      ofContent(tools, mail, scope, async (content) => {
        const bytes = await readDelivered(tools.blobs, content, { start: 0, end: MAX_VIEWED });
        return safeParts(bytes, deliveredSize(content));
      }),
    ),
    answerAdmin(tools, adminQuarantine.content, ({ mail, offset }, { scope }) =>
      ofContent(tools, mail, scope, async (content) => {
        const range = { start: offset, end: offset + QUARANTINE_PIECE };
        const piece = await readDelivered(tools.blobs, content, range);
        return { piece: piece.toString('base64'), size: deliveredSize(content) };
      }),
    ),
    answerAdmin(tools, adminQuarantine.release, act(unlessForApproval(releaseWithin))),
    answerAdmin(tools, adminQuarantine.approve, ({ mails, recipient, comment }, asker) =>
      comment === ''
        ? Promise.resolve(withoutReason())
        : act(releaseWithin)({ mails, recipient, filter: 'dlp' }, asker),
    ),
    answerAdmin(tools, adminQuarantine.delete, act(remove)),
  ];
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(answers.map((answer) => answer.stop()));
    },
  };
}

function quarantinedMail({ settings }: Tools, mail: QuarantinedRow): QuarantinedMail {
  const { id, acceptedAt, heldAt, reversePath, origin, size, filter, reason, recipientCount, recipients } =
    mail;
  const { expiryDays } = settings.current('quarantine');
  const expiresAt = expiryDays === 0 ? null : new Date(heldAt.getTime() + expiryDays * DAY_MS).toISOString();
  return {
    ...{ mail: id, reversePath, origin, size, filter, reason, recipientCount, recipients, expiresAt },
    acceptedAt: acceptedAt.toISOString(),
    heldAt: heldAt.toISOString(),
    subject: subjectOf(mail.header),
  };
}

async function show(tools: Tools, id: string, scope: Asker['scope']) {
  const { db, blobs } = tools;
  const mail = await showQuarantined(db, scope, id);
  if (mail === null) return notThere();
  const { verdicts } = await verdictsOf(db, scope, id);
  const content = await quarantinedContent(db, scope, id);
  const end = content === null ? 0 : Math.min(MAX_HEADER, content.headerLength + headerShift(content));
  const header = content === null ? Buffer.alloc(0) : await readDelivered(blobs, content, { start: 0, end });
  const { fields, isCut } = safeHeader(header);
  return done({
    mail: quarantinedMail(tools, mail),
    clientAddress: mail.clientAddress,
    helo: mail.helo,
    verdicts: verdicts.map(({ filter, result, reason, at }) => ({
      filter,
      result,
      reason,
      at: at.toISOString(),
    })),
    header: fields,
    isHeaderCut: isCut || end === MAX_HEADER,
  });
}

/** Of a mail that is in the quarantine and in scope, and whose content is there. */
async function ofContent<Result>(
  { db }: Tools,
  mail: string,
  scope: Asker['scope'],
  read: (content: MailContent) => Promise<Result>,
): Promise<AdminReply<Result>> {
  const content = await quarantinedContent(db, scope, mail);
  return content === null ? notThere() : done(await read(content));
}

function withoutReason() {
  return refused(
    'invalid',
    'comment',
    'comment: укажите, почему письмо можно отправить: это останется в журнале изменений',
    'comment: say why the mail may go: it is kept in the log of changes',
  );
}

function notThere() {
  return refused(
    'notFound',
    'mail',
    'такого письма в карантине нет: обновите список',
    'there is no such mail in the quarantine: reload the list',
  );
}
