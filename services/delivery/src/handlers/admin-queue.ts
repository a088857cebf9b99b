// admin.queue.*: what a person sees of the queue and does with it.
import {
  adminQueue,
  type AdminReply,
  type Asker,
  answerAdmin,
  done,
  fitting,
  pageOf,
  type QueuedMail,
  queueDue,
  type QueueDestinationInfo,
  type QueuePlanned,
  refused,
} from '@pochtar/bus';
import { parseAddress, subjectOf } from '@pochtar/mail';
import { parseSection } from '@pochtar/settings';
import {
  type ListedMail,
  listQueue,
  matchingMails,
  pauseFarSide,
  type QueueDestination,
  queueDestinations,
  resumeFarSide,
  showQueued,
  type ShownVerdict,
  verdictsOf,
} from '@pochtar/store/queue';
import { actOnMails, ofOneKind, type Selection } from '../act-on-mails.ts';
import {
  type Action,
  giveUp,
  hold,
  redirect,
  release,
  releaseUnscanned,
  remove,
  retry,
  unlessForApproval,
} from '../queue-actions.ts';
import { DearAnswers } from '../dear-answers.ts';
import { planUnder } from '../plan-preview.ts';
import type { QueueRunner } from '../queue-runner.ts';
import { noAddress, TestMails } from '../test-mail.ts';
import { type Tools, waysOf } from '../tools.ts';

export function answerQueue(tools: Tools, runner: QueueRunner): AsyncDisposable {
  const change = (action: Action) => (request: Selection, asker: Asker) =>
    actOnMails(tools, request, asker, action);
  const counts = new DearAnswers<AdminReply<{ destinations: QueueDestinationInfo[] }>>();
  const testMails = new TestMails(tools);
  const answers = [
    answerAdmin(tools, adminQueue.list, async (request, { scope }) => {
      const { mails, next, searchedUntil, ...counted } = await listQueue(tools.db, scope, withAge(request));
      const shown = fitting(mails.map(queuedMail));
      if (shown.length < mails.length) {
        return done({ ...counted, mails: shown, next: shown.at(-1)?.mail ?? null, searchedUntil: null });
      }
      return done({ ...counted, mails: shown, next, searchedUntil: searchedUntil?.toISOString() ?? null });
    }),
    answerAdmin(tools, adminQueue.matching, async (request, { scope }) => {
      const asOf = new Date().toISOString();
      const found = await matchingMails(tools.db, scope, { ...withAge(request), limit: request.limit + 1 });
      return done({ mails: found.slice(0, request.limit), isCut: found.length > request.limit, asOf });
    }),
    answerAdmin(tools, adminQueue.destinations, async ({ limit }, { scope }) =>
      counts.of(JSON.stringify([scope, limit]), async () => {
        const rows = await queueDestinations(tools.db, scope, limit);
        return done({ destinations: fitting(rows.map(destinationOf)) });
      }),
    ),
    answerAdmin(tools, adminQueue.pause, async ({ destination }, { author }) => {
      if (!(await pauseFarSide(tools.db, destination, author))) return pausedAlready(destination);
      counts.forget();
      return done({ destination });
    }),
    answerAdmin(tools, adminQueue.resume, async ({ destination }) => {
      if (!(await resumeFarSide(tools.db, destination))) return notPaused(destination);
      counts.forget();
      tools.bus.emit(queueDue, {});
      return done({ destination });
    }),
    answerAdmin(tools, adminQueue.plan, (request) => plan(tools, request)),
    answerAdmin(tools, adminQueue.show, (request, { scope }) => show(tools, request, scope)),
    answerAdmin(tools, adminQueue.retry, async (request, asker) => {
      const reply = await change(retry)(request, asker);
      await runner.forgetUnreachable();
      return reply;
    }),
    answerAdmin(tools, adminQueue.hold, change(hold)),
    answerAdmin(tools, adminQueue.release, (request, asker) => {
      const { filter, isUnscanned } = request;
      if (isUnscanned !== true) return ofOneKind(tools, change(unlessForApproval(release)))(request, asker);
      if (filter !== undefined) return change(releaseUnscanned(filter))({ mails: request.mails }, asker);
      return Promise.resolve(
        refused(
          'invalid',
          'filter',
          'filter: назовите фильтр, который письма пройдут без проверки',
          'filter: name the filter that the mails pass unscanned',
        ),
      );
    }),
    answerAdmin(tools, adminQueue.delete, change(remove)),
    answerAdmin(tools, adminQueue.return, change(giveUp)),
    answerAdmin(tools, adminQueue.sendTest, (request, asker) => testMails.send(request, asker)),
    answerAdmin(tools, adminQueue.redirect, (request, asker) => {
      const to = parseAddress(request.to.trim());
      if (to === null) return Promise.resolve(noAddress(request.to));
      return ofOneKind(tools, change(unlessForApproval(redirect(to))))(request, asker);
    }),
  ];
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(answers.map((answer) => answer.stop()));
    },
  };
}

export function withAge<Request extends { olderThanMinutes?: number | undefined }>({
  olderThanMinutes,
  ...filter
}: Request) {
  const isAny = olderThanMinutes === undefined;
  return { ...filter, ...(!isAny && { acceptedBefore: new Date(Date.now() - olderThanMinutes * 60_000) }) };
}

/** Under the settings in force and what would change of them. */
async function plan(
  tools: Tools,
  request: { queue: Record<string, unknown>; relay: { host?: string | undefined } },
): Promise<AdminReply<QueuePlanned>> {
  const { db, settings } = tools;
  const parsed = parseSection('queue', { ...settings.current('queue'), ...request.queue });
  if (!parsed.ok) {
    const [error] = parsed.errors;
    return refused(
      error?.code ?? 'invalid',
      error?.field ?? '',
      error?.message.ru ?? '',
      error?.message.en ?? '',
    );
  }
  const { relay, routes } = waysOf(tools);
  const ways = { routes, relay: { host: request.relay.host ?? relay.host } };
  return done(await planUnder(db, { queue: parsed.value, ways }));
}

function destinationOf(found: QueueDestination): QueueDestinationInfo {
  const { oldestAt, nextAt, lastAttemptAt, probeAt, ...rest } = found;
  return {
    ...rest,
    probeAt: probeAt?.toISOString() ?? null,
    oldestAt: oldestAt.toISOString(),
    nextAt: nextAt?.toISOString() ?? null,
    lastAttemptAt: lastAttemptAt?.toISOString() ?? null,
  };
}

function pausedAlready(destination: string) {
  return refused(
    'exists',
    'destination',
    `направление «${destination}» уже приостановлено`,
    `the destination “${destination}” is paused already`,
  );
}

function notPaused(destination: string) {
  return refused(
    'notFound',
    'destination',
    `направление «${destination}» не приостановлено: посмотрите направления очереди`,
    `the destination “${destination}” is not paused: look at the destinations of the queue`,
  );
}

async function show(
  tools: Tools,
  { mail: id, ...page }: { mail: string; after?: string | undefined; limit: number },
  scope: Asker['scope'],
): Promise<AdminReply<ShownMail>> {
  const mail = await showQueued(tools.db, scope, id, page);
  if (mail === null) {
    return refused(
      'notFound',
      'mail',
      'такого письма в очереди нет: обновите список',
      'there is no such mail in the queue: reload the list',
    );
  }
  const { verdicts, isWhole: isVerdictsWhole } = await verdictsOf(tools.db, scope, mail.id);
  const shown = queuedMail(mail);
  const { rows: recipients, next } = pageOf(shown.recipients, ({ address }) => address, page.limit);
  return done({
    mail: { ...shown, recipients },
    ...{ next, isVerdictsWhole },
    clientAddress: mail.clientAddress,
    helo: mail.helo,
    subject: subjectOf(mail.header),
    slip: mail.slip,
    verdicts: verdicts.map((verdict) => ({ ...verdict, at: verdict.at.toISOString() })),
  });
}

interface ShownMail {
  mail: QueuedMail;
  next: string | null;
  isVerdictsWhole: boolean;
  clientAddress: string | null;
  helo: string;
  subject: string;
  slip: string[];
  verdicts: (Omit<ShownVerdict, 'at'> & { at: string })[];
}

/** As people are shown it. */
export function queuedMail(mail: ListedMail): QueuedMail {
  const { id, acceptedAt, reversePath, origin, size, state, step, dueAt, reason, recipientCount } = mail;
  const { heldBy, heldFilter } = mail;
  const time = (at: string | null): string | null => (at === null ? null : new Date(at).toISOString());
  return {
    ...{ mail: id, reversePath, origin, size, state, step, reason, heldBy, heldFilter, recipientCount },
    acceptedAt: acceptedAt.toISOString(),
    dueAt: dueAt?.toISOString() ?? null,
    recipients: mail.recipients.map((recipient) => ({
      ...recipient,
      dueAt: time(recipient.dueAt),
      lastAttemptAt: time(recipient.lastAttemptAt),
    })),
  };
}
