// pochtar dkim: the keys that mail is signed with, and the records to publish.
import { readFile } from 'node:fs/promises';
import { adminDkim, type DkimKeyInfo } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { confirm, yesOption } from '../confirmation.ts';
import { UsageError } from '../input.ts';
import { type Text, text } from '../language.ts';
import { plain, table, time } from '../output.ts';
import type { Session } from '../session.ts';

const states: Readonly<Record<DkimKeyInfo['state'], Text>> = {
  prepared: text('ждёт публикации', 'to be published'),
  published: text('опубликован', 'published'),
  active: text('подписывает', 'signs'),
  retired: text('отслужил', 'retired'),
};

const founds: Readonly<Record<NonNullable<DkimKeyInfo['found']>, Text>> = {
  ok: text('есть', 'there'),
  missing: text('нет', 'missing'),
  wrong: text('другой ключ', 'another key'),
  revoked: text('отозван (p= пуст)', 'revoked (p= is empty)'),
  unanswered: text('DNS не ответил', 'no answer'),
};

function keyTable(session: Session, keys: readonly DkimKeyInfo[]): string {
  const header = [
    text('Домен', 'Domain'),
    text('Селектор', 'Selector'),
    text('Ключ', 'Key'),
    text('Состояние', 'State'),
    text('В DNS', 'In the DNS'),
    text('Проверено', 'Checked'),
    text('Хранить до', 'Keep until'),
  ].map((title) => session.say(title));
  const rows = keys.map((key) => [
    key.domain,
    key.selector,
    key.algorithm === 'rsa' ? `RSA ${key.bits}` : 'Ed25519',
    session.say(states[key.state]),
    key.found === null ? '—' : session.say(founds[key.found]),
    key.checkedAt === null ? '—' : time(key.checkedAt),
    key.keepUntil === null ? '' : time(key.keepUntil),
  ]);
  return table(header, rows);
}

/** What is to be pasted where the zone is kept. */
function recordLines(keys: readonly DkimKeyInfo[]): string {
  return keys.map(({ record }) => `${plain(record.zone)}\n`).join('');
}

const keyArgs = [{ name: 'DOMAIN' }, { name: 'SELECTOR' }] as const;

const newKeyOptions = {
  selector: {
    value: 'NAME',
    help: text(
      'селектор; без него — из настройки dkim.selector',
      'the selector; that of dkim.selector without it',
    ),
  },
  manual: {
    help: text(
      'не подписывать этим ключом самостоятельно, когда запись появится',
      'do not begin to sign with it by itself when the record is there',
    ),
  },
};

const create: Command = {
  words: 'dkim key create',
  summary: text('создать ключ подписи и показать его запись', 'make a signing key and show its record'),
  details: text(
    [
      '  pochtar dkim key create example.org',
      '  pochtar dkim key create example.org --algorithm ed25519',
      'Опубликуйте показанную запись: когда она появится в DNS, ключ начнёт подписывать сам, а прежний — отслужит.',
    ].join('\n'),
    [
      '  pochtar dkim key create example.org',
      '  pochtar dkim key create example.org --algorithm ed25519',
      'Publish the record that is shown: when the DNS has it, the key begins to sign by itself, and the one before retires.',
    ].join('\n'),
  ),
  args: [{ name: 'DOMAIN' }],
  options: {
    ...newKeyOptions,
    algorithm: { value: 'rsa|ed25519', help: text('вид ключа', 'the kind of key') },
  },
  async run(session, input) {
    const algorithm = input.option('algorithm') ?? 'rsa';
    if (algorithm !== 'rsa' && algorithm !== 'ed25519') {
      throw new UsageError(text('--algorithm: укажите rsa или ed25519', '--algorithm: give rsa or ed25519'));
    }
    const selector = input.option('selector');
    const result = await session.ask(adminDkim.create, {
      ...{ domain: input.arg(0), algorithm, isAutomatic: !input.flag('manual') },
      ...(selector !== undefined && { selector }),
    });
    return session.show(result, () => keyTable(session, [result.key]) + recordLines([result.key]));
  },
};

const importKey: Command = {
  words: 'dkim key import',
  summary: text('взять закрытый ключ из файла PEM', 'take over a private key from a PEM file'),
  args: [{ name: 'DOMAIN' }, { name: 'FILE' }],
  options: newKeyOptions,
  async run(session, input) {
    const selector = input.option('selector');
    const result = await session.ask(adminDkim.import, {
      ...{ domain: input.arg(0), pem: await readPem(input.arg(1)), isAutomatic: !input.flag('manual') },
      ...(selector !== undefined && { selector }),
    });
    return session.show(result, () => keyTable(session, [result.key]) + recordLines([result.key]));
  },
};

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(text(`FILE: ${reason}`, `FILE: ${reason}`));
  }
}

const forceOption = {
  force: { help: text('хотя запись в DNS не найдена', 'although the DNS does not show its record') },
};

export const dkimCommands: Command[] = [
  {
    words: 'dkim key list',
    summary: text('ключи подписи и их состояние', 'the signing keys and where each stands'),
    args: [{ name: 'DOMAIN', isOptional: true }],
    async run(session, input) {
      const domain = input.arg(0);
      const result = await session.askWhole(adminDkim.list, domain === '' ? {} : { domain });
      const off = text(
        'подпись выключена: pochtar settings set dkim.sign=true',
        'signing is off: pochtar settings set dkim.sign=true',
      );
      return session.show(
        result,
        () => keyTable(session, result.keys) + (result.isSigning ? '' : `! ${session.say(off)}\n`),
      );
    },
  },
  create,
  importKey,
  {
    words: 'dkim key check',
    summary: text('поискать запись ключа в DNS сейчас', 'look for the record of a key in the DNS now'),
    args: keyArgs,
    async run(session, input) {
      const result = await session.ask(adminDkim.check, { domain: input.arg(0), selector: input.arg(1) });
      return session.show(result, () => keyTable(session, [result.key]));
    },
  },
  {
    words: 'dkim key activate',
    summary: text('подписывать этим ключом, прежний отслужит', 'sign with this key; the one before retires'),
    args: keyArgs,
    options: forceOption,
    async run(session, input) {
      const request = { domain: input.arg(0), selector: input.arg(1), isForced: input.flag('force') };
      const result = await session.ask(adminDkim.activate, request);
      return session.show(result, () => keyTable(session, [result.key]));
    },
  },
  {
    words: 'dkim key retire',
    summary: text('больше не подписывать этим ключом', 'sign with this key no longer'),
    args: keyArgs,
    options: yesOption,
    async run(session, input) {
      const [domain, selector] = [input.arg(0), input.arg(1)];
      confirm(
        input,
        `ключом ${selector} домена ${domain} больше не будут подписывать`,
        `the key ${selector} of ${domain} will sign no longer`,
      );
      const result = await session.ask(adminDkim.retire, { domain, selector });
      return session.show(result, () => keyTable(session, [result.key]));
    },
  },
  {
    words: 'dkim key remove',
    summary: text('удалить ключ, который не подписывает', 'remove a key that does not sign'),
    args: keyArgs,
    options: {
      ...yesOption,
      force: {
        help: text(
          'хотя письма с его подписью могут быть в пути',
          'although mail that it has signed may be under way',
        ),
      },
    },
    async run(session, input) {
      const [domain, selector] = [input.arg(0), input.arg(1)];
      confirm(
        input,
        `ключ ${selector} домена ${domain} будет удалён`,
        `the key ${selector} of ${domain} will be removed`,
      );
      const request = { domain, selector, isForced: input.flag('force') };
      const result = await session.ask(adminDkim.remove, request);
      return session.show(result, () => '');
    },
  },
  {
    words: 'dkim record',
    summary: text('записи ключей домена для его зоны', 'the records of a domain’s keys for its zone'),
    args: [{ name: 'DOMAIN' }],
    async run(session, input) {
      const result = await session.askWhole(adminDkim.list, { domain: input.arg(0) });
      return session.show(result, () => recordLines(result.keys));
    },
  },
];
