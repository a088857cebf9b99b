// Rows of the block «DKIM-подпись» and of «Соответствие прямой и обратной записи»: what is known of where a mail is from. And
// of the subject that is written anew.
import type { ConsoleGround } from './console-ground.ts';
import { fateOf, fresh, freshName, givenStrangers, rcptFrom, receive, submit } from './console-mail.ts';
import { row, type Save } from './console-row.ts';
import { imap } from './console-wire.ts';

/** The header of a mail as anna gets it. */
async function headerOf(at: ConsoleGround): Promise<string> {
  const subject = freshName();
  await fateOf(at, await receive(at, { subject, client: `192.0.2.${fresh()}` }));
  const login = `a LOGIN ${at.anna.address} ${at.anna.password}`;
  const header = 'd FETCH * BODY.PEEK[HEADER]';
  const answer = await imap({ port: at.ports.imap }, [login, 'b SELECT INBOX', header]);
  if (!answer.includes(subject)) throw new Error(`the last mail is another one: ${answer}`);
  return answer;
}

/** What becomes of a mail whose author's domain knows nothing of its sender, and asks for nothing. */
async function fateOfForged(at: ConsoleGround): Promise<string> {
  at.dns.set('forged.test', 'TXT', 'v=spf1 -all');
  at.dns.set('_dmarc.forged.test', 'TXT', 'v=DMARC1; p=none');
  return fateOf(at, await receive(at, { from: 'a@forged.test', client: `192.0.2.${fresh()}` }));
}

const dmarc: Save = {
  about: 'письмо, чей отправитель не подтверждён',
  given: givenStrangers,
  rows: [
    row({
      field: 'dkim.onDmarcFail',
      to: 'quarantine',
      seen: fateOfForged,
      becomes: /^held/,
    }),
  ],
};

const verify: Save = {
  about: 'проверка подписи выключена',
  given: givenStrangers,
  rows: [
    row({
      field: 'dkim.verify',
      to: false,
      seen: async (at) =>
        /^Authentication-Results:.*dkim=/ims.test(await headerOf(at)) ? 'checked' : 'unchecked',
      becomes: /^unchecked$/,
    }),
  ],
};

/** The domain's key, made and put to use at once: nothing here asks the DNS for it. */
async function givenKey(at: ConsoleGround): Promise<void> {
  await at.given({ relay: { host: '127.0.0.1', port: at.relay.port, smtps: true } });
  const { instance } = at.installation;
  const domain = at.anna.address.split('@')[1] as string;
  const { keys } = await instance.json<{ keys: { selector: string }[] }>(['dkim', 'key', 'list', domain]);
  if (keys.some(({ selector }) => selector === 'seen')) return;
  await instance.pochtar(['dkim', 'key', 'create', domain, '--selector', 'seen', '--algorithm', 'ed25519']);
  await instance.pochtar(['dkim', 'key', 'activate', domain, 'seen', '--force']);
}

const sign: Save = {
  about: 'подпись того, что уходит',
  given: givenKey,
  rows: [
    row({
      field: 'dkim.sign',
      to: true,
      seen: async (at) => {
        await fateOf(at, await submit(at, { subject: freshName() }));
        const text = at.relay.received.at(-1)?.text ?? '';
        return /^DKIM-Signature: .*$/m.exec(text)?.[0] ?? 'not signed';
      },
      becomes: /^DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed\/relaxed; d=/,
    }),
    row({
      field: 'dkim.selector',
      to: 'mail9',
      seen: async (at) => {
        const domain = at.anna.address.split('@')[1] as string;
        const made = ['dkim', 'key', 'create', domain, '--algorithm', 'ed25519', '--manual'];
        return (await at.installation.instance.json<{ key: { selector: string } }>(made)).key.selector;
      },
      becomes: /^mail9/,
    }),
  ],
};

const subject: Save = {
  about: 'тема в UTF-8',
  given: (at) => at.given({ relay: { host: '127.0.0.1', port: at.relay.port, smtps: true } }),
  rows: [
    row({
      field: 'misc.recodeSubjectUtf8',
      to: false,
      seen: async (at) => {
        await fateOf(at, await submit(at, { subject: '=?koi8-r?B?8NLJ18XU?=' }));
        return /^Subject: .*$/m.exec(at.relay.received.at(-1)?.text ?? '')?.[0] ?? 'nothing came';
      },
      becomes: /koi8-r/,
    }),
  ],
};

/** A rule that finds a word which no other mail has. */
async function givenRule(at: ConsoleGround): Promise<void> {
  await givenStrangers(at);
  const { instance } = at.installation;
  const { rules } = await instance.json<{ rules: { name: string }[] }>(['dlp', 'rule', 'list']);
  if (rules.some(({ name }) => name === 'seen')) return;
  const conditions = [{ kind: 'words', terms: ['wanderlust'] }];
  const definition = JSON.stringify({ conditions, action: 'quarantine' });
  await instance.pochtar(['dlp', 'rule', 'save', 'seen', definition]);
}

const prevention: Save = {
  about: 'DLP проверяет письма',
  given: givenRule,
  rows: [
    row({
      field: 'misc.useDlp',
      to: true,
      seen: async (at) =>
        fateOf(at, await receive(at, { subject: 'wanderlust', client: `192.0.2.${fresh()}` })),
      becomes: /^held/,
    }),
  ],
};

const reverseDns: Save = {
  about: 'прямая и обратная запись',
  given: givenStrangers,
  rows: [
    row({
      field: 'reverseDns.mode',
      to: 'reject',
      seen: (at) => rcptFrom(at, `9.9.8.${fresh()}`, 'a@remote.test'),
      becomes: /^5\d\d /,
    }),
  ],
};

export const originSaves: readonly Save[] = [dmarc, verify, sign, subject, prevention, reverseDns];
