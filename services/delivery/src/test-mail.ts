// queue.sendTest: a mail of the server itself to an address that an administrator names, on the way that every other takes.
import {
  type AdminReply,
  type AdminScope,
  type Asker,
  done,
  noMailAddress,
  refused,
  type Step,
} from '@pochtar/bus';
import { buildTestMail, domainKey, parseAddress, returnPathField } from '@pochtar/mail';
import { uuidv7 } from '@pochtar/runtime';
import { domainIds, oldestDomain } from '@pochtar/store/directory';
import { acceptMails } from '@pochtar/store/queue';
import { recipientAddress } from './recipient-address.ts';
import { systemMail } from './system-mail.ts';
import type { Tools } from './tools.ts';

export interface TestMailWish {
  to: string;
  domain?: string | undefined;
}

/** So that nobody floods a foreign mailbox from here. */
const MOST_AN_HOUR = 60;
const HOUR_MS = 3_600_000;

export class TestMails {
  readonly #tools: Tools;
  /** When they were sent within the last hour. */
  #sent: number[] = [];

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  async send(wish: TestMailWish, { scope }: Asker): Promise<AdminReply<{ mail: string; from: string }>> {
    const { db, bus, settings } = this.#tools;
    const to = parseAddress(wish.to.trim());
    if (to === null) return noAddress(wish.to);
    const own = await this.#idOf(domainKey(to.domain));
    // Who looks after some domains writes to those.
    if (scope !== 'all' && !isInScope(scope, own)) return notYours(to.domain);
    const domain = await this.#senderDomain(wish.domain, own === undefined ? null : to.domain);
    if (domain === null || !isInScope(scope, await this.#idOf(domain))) return notOurs(wish.domain ?? '');
    if (!this.#mayGo()) return tooMany();
    const now = new Date();
    const id = uuidv7();
    const from = { localPart: 'postmaster', domain };
    const server = settings.current('general').heloName;
    const body = buildTestMail({
      ...{ from, to, date: now, messageId: `<${id}@${domain}>`, server, language: 'both' },
    });
    const reversePath = `postmaster@${domain}`;
    const bytes = Buffer.concat([returnPathField(from), body]);
    const mail = await systemMail(this.#tools, {
      id,
      bytes,
      reversePath,
      to: await recipientAddress(db, to),
      now,
    });
    await acceptMails(db, [mail]);
    void bus.announceStep(mail.step as Step, id);
    return done({ mail: id, from: reversePath });
  }

  /** Undefined: the domain is not ours. */
  async #idOf(domain: string): Promise<number | undefined> {
    return (await domainIds(this.#tools.db, [domain])).get(domain);
  }

  async #senderDomain(wished: string | undefined, own: string | null): Promise<string | null> {
    const named = wished ?? own ?? this.#tools.settings.current('general').defaultDomain;
    return named === null || named === '' ? oldestDomain(this.#tools.db) : domainKey(named);
  }

  #mayGo(): boolean {
    const now = performance.now();
    this.#sent = this.#sent.filter((at) => now - at < HOUR_MS);
    if (this.#sent.length >= MOST_AN_HOUR) return false;
    this.#sent.push(now);
    return true;
  }
}

function isInScope(scope: AdminScope, id: number | undefined): boolean {
  return id !== undefined && (scope === 'all' || scope.includes(id));
}

/** The field `to` of whatever sends a mail somewhere. */
export function noAddress(to: string): AdminReply<never> {
  const { ru, en } = noMailAddress(to);
  return refused('invalid', 'to', ru, en);
}

function notYours(domain: string): AdminReply<never> {
  return refused(
    'forbidden',
    'to',
    `${domain} не ваш домен: пробное письмо можно отправить на адрес вашего домена`,
    `${domain} is not a domain of yours: a test mail can go to an address of your own domain`,
  );
}

function notOurs(domain: string): AdminReply<never> {
  return refused(
    'invalid',
    'domain',
    domain === ''
      ? 'Сначала добавьте домен: письмо уходит от его postmaster'
      : `${domain} не домен этого сервера`,
    domain === ''
      ? 'Add a domain first: the mail is from its postmaster'
      : `${domain} is no domain of this server`,
  );
}

function tooMany(): AdminReply<never> {
  return refused(
    'tooMany',
    'to',
    `За час уже отправлено ${MOST_AN_HOUR} пробных писем: попробуйте позже`,
    `${MOST_AN_HOUR} test mails were sent within an hour: try again later`,
  );
}
