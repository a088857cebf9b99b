// pochtar certificate: list, import, generate, delete, ca.
import { readFile } from 'node:fs/promises';
import { adminCertificate, type CertificateInfo } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { confirm, yesOption } from '../confirmation.ts';
import { UsageError } from '../input.ts';
import { text } from '../language.ts';
import { table, time } from '../output.ts';
import type { Session } from '../session.ts';

function certificateTable(session: Session, certificates: readonly CertificateInfo[]): string {
  const header = [
    text('Имя для настроек', 'Id'),
    text('Название', 'Name'),
    text('Узлы', 'Hosts'),
    text('Издатель', 'Issuer'),
    text('Действует до', 'Ends'),
  ].map((title) => session.say(title));
  const rows = certificates.map((one) => [
    one.id,
    one.name,
    one.hosts.join(', '),
    one.issuer,
    time(one.notAfter),
  ]);
  return table(header, rows);
}

async function readPem(option: string, path: string | undefined): Promise<string> {
  if (path === undefined) {
    throw new UsageError(text(`укажите файл: --${option} FILE`, `give the file: --${option} FILE`));
  }
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(text(`--${option}: ${reason}`, `--${option}: ${reason}`));
  }
}

const importCertificate: Command = {
  words: 'certificate import',
  summary: text('добавить сертификат с ключом', 'add a certificate with its key'),
  details: text(
    'Цепочка начинается с сертификата сервера. С тем же --id прежний сертификат заменяется; он виден со следующего соединения.',
    "The chain starts with the server's certificate. The same --id replaces one; it is shown from the next connection on.",
  ),
  options: {
    chain: { value: 'FILE', help: text('цепочка PEM', 'the chain in PEM') },
    key: { value: 'FILE', help: text('закрытый ключ PEM', 'the private key in PEM') },
    name: { value: 'TEXT', help: text('название', 'a name for people') },
    id: { value: 'ID', help: text('имя для настроек', 'the name for the settings') },
  },
  async run(session, input) {
    const chainPem = await readPem('chain', input.option('chain'));
    const keyPem = await readPem('key', input.option('key'));
    const id = input.option('id');
    const name = input.option('name') ?? id ?? input.option('chain') ?? '';
    const request = { name, chainPem, keyPem, ...(id !== undefined && { id }) };
    const result = await session.ask(adminCertificate.import, request);
    return session.show(result, () => certificateTable(session, [result.certificate]));
  },
};

export const certificateCommands: Command[] = [
  {
    words: 'certificate list',
    summary: text('сертификаты', 'certificates'),
    async run(session) {
      const result = await session.ask(adminCertificate.list, {});
      return session.show(result, () => certificateTable(session, result.certificates));
    },
  },
  importCertificate,
  {
    words: 'certificate generate',
    summary: text(
      'создать сертификат, подписанный здешним центром',
      'make a certificate signed by our own authority',
    ),
    args: [{ name: 'HOST', isMany: true, isOptional: true }],
    options: { name: { value: 'TEXT', help: text('название', 'a name for people') } },
    async run(session, input) {
      const name = input.option('name');
      const request = { hosts: [...input.args], ...(name !== undefined && { name }) };
      const result = await session.ask(adminCertificate.generate, request);
      return session.show(result, () => certificateTable(session, [result.certificate]));
    },
  },
  {
    words: 'certificate delete',
    summary: text('удалить сертификат', 'remove a certificate'),
    args: [{ name: 'ID' }],
    options: yesOption,
    async run(session, input) {
      const id = input.arg(0);
      confirm(
        input,
        `сертификат ${id} и его ключ будут удалены`,
        `the certificate ${id} and its key will be removed`,
      );
      const result = await session.ask(adminCertificate.delete, { id });
      return session.show(result, () => '');
    },
  },
  {
    words: 'certificate ca',
    summary: text('сертификат здешнего центра (PEM)', 'the certificate of our own authority (PEM)'),
    async run(session) {
      const result = await session.ask(adminCertificate.ca, {});
      return session.show(result, () => result.pem);
    },
  },
];
