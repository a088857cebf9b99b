// pochtar certificate: list, inspect, import, generate, delete, ca.
import { readFile } from 'node:fs/promises';
import { adminCertificate, type AdminProblem, type CertificateInfo } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { confirm, yesOption } from '../confirmation.ts';
import { exitCode } from '../exit-code.ts';
import { type Input, UsageError } from '../input.ts';
import { type Text, text } from '../language.ts';
import { list, plain, table, time } from '../output.ts';
import type { Session } from '../session.ts';

const states: Readonly<Record<CertificateInfo['state'], Text>> = {
  notYet: text('ещё не действует', 'not yet valid'),
  valid: text('действует', 'valid'),
  notice: text('скоро кончится', 'ends soon'),
  warning: text('скоро кончится', 'ends soon'),
  critical: text('вот-вот кончится', 'about to end'),
  expired: text('истёк', 'expired'),
};

function certificateTable(session: Session, certificates: readonly CertificateInfo[]): string {
  const header = [
    text('Имя для настроек', 'Id'),
    text('Название', 'Name'),
    text('Узлы', 'Hosts'),
    text('Издатель', 'Issuer'),
    text('Действует до', 'Ends'),
    text('Состояние', 'State'),
    text('Где выбран', 'Chosen in'),
  ].map((title) => session.say(title));
  const rows = certificates.map((one) => [
    one.id,
    one.name,
    one.hosts.join(', '),
    one.issuer,
    time(one.notAfter),
    `${session.say(states[one.state])} (${one.daysLeft})`,
    one.usedBy.join(', '),
  ]);
  return table(header, rows);
}

const uploadOptions = {
  file: {
    value: 'FILE',
    isMany: true,
    help: text(
      'файл PEM, DER или PKCS#12; можно несколько, в любом порядке',
      'a file in PEM, DER or PKCS#12; several may be given, in any order',
    ),
  },
  chain: { value: 'FILE', help: text('то же: файл с цепочкой', 'the same: the file of the chain') },
  key: { value: 'FILE', help: text('то же: файл с ключом', 'the same: the file of the key') },
  'password-stdin': {
    help: text(
      'пароль ключа или файла PKCS#12 на стандартном вводе',
      'the password of the key or of the PKCS#12 file on standard input',
    ),
  },
  id: { value: 'ID', help: text('имя для настроек', 'the name for the settings') },
};

async function readUpload(session: Session, input: Input) {
  const paths: [option: string, path: string | undefined][] = [
    ...input.options('file').map((path): [string, string] => ['file', path]),
    ['chain', input.option('chain')],
    ['key', input.option('key')],
  ];
  const given = paths.flatMap(([option, path]) => (path === undefined ? [] : [{ option, path }]));
  if (given.length === 0) {
    throw new UsageError(text('укажите файл: --file FILE', 'give the file: --file FILE'));
  }
  // One after the other: the first that cannot be read is the one that is named.
  const files = [];
  for (const one of given) files.push(await readUploaded(one));
  const id = input.option('id');
  const password = input.flag('password-stdin') ? await session.readStdin() : undefined;
  return { files, ...(id !== undefined && { id }), ...(password !== undefined && { password }) };
}

async function readUploaded({ option, path }: { option: string; path: string }) {
  try {
    return { name: path.slice(-255), data: (await readFile(path)).toString('base64') };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(text(`--${option}: ${reason}`, `--${option}: ${reason}`));
  }
}

function remarkLines(session: Session, remarks: readonly AdminProblem[]): string {
  return remarks.map(({ message }) => `! ${plain(session.say(message))}\n`).join('');
}

const inspectFiles: Command = {
  words: 'certificate inspect',
  summary: text(
    'что в файлах сертификата и ключа, ничего не сохраняя',
    'what files of a certificate and key have in them, storing nothing',
  ),
  options: uploadOptions,
  async run(session, input) {
    const found = await session.ask(adminCertificate.inspect, await readUpload(session, input));
    const yes = session.say(text('да', 'yes'));
    const no = session.say(text('нет', 'no'));
    const rows = (): [Text, string][] => {
      const { certificate: one, chain, keyFits, heloName, coversHeloName } = found;
      if (one === null) return [];
      return [
        [text('Кому выдан', 'Subject'), one.subject],
        [text('Узлы', 'Hosts'), one.hosts.join(', ')],
        [text('Издатель', 'Issuer'), one.issuer],
        [text('Цепочка', 'Chain'), chain.map(({ subject }) => subject).join(' < ')],
        [text('Действует до', 'Ends'), `${time(one.notAfter)} (${session.say(states[one.state])})`],
        [text('Ключ', 'Key'), one.keyType],
        [text('Ключ подходит', 'The key fits'), keyFits === true ? yes : no],
        [text(`Имя ${heloName}`, `Name ${heloName}`), coversHeloName ? yes : no],
      ];
    };
    await session.show(
      found,
      () =>
        list(rows().map(([name, value]) => [session.say(name), value] as const)) +
        remarkLines(session, found.cautions),
    );
    if (found.problems.length === 0) return exitCode.done;
    if (!session.isJson) for (const problem of found.problems) session.note(problem.message);
    return exitCode.refused;
  },
};

const importCertificate: Command = {
  words: 'certificate import',
  summary: text('добавить сертификат с ключом', 'add a certificate with its key'),
  details: text(
    [
      '  pochtar certificate import --file mail.pem --file mail.key',
      '  pochtar certificate import --file mail.pfx --password-stdin < password-file',
      'Порядок не важен: цепочка собирается сама. С тем же --id прежний сертификат заменяется; он виден со следующего соединения.',
    ].join('\n'),
    [
      '  pochtar certificate import --file mail.pem --file mail.key',
      '  pochtar certificate import --file mail.pfx --password-stdin < password-file',
      'The order does not matter: the chain is put together. The same --id replaces one; it is shown from the next connection on.',
    ].join('\n'),
  ),
  options: { ...uploadOptions, name: { value: 'TEXT', help: text('название', 'a name for people') } },
  async run(session, input) {
    const name = input.option('name');
    const request = { ...(await readUpload(session, input)), ...(name !== undefined && { name }) };
    const result = await session.ask(adminCertificate.import, request);
    return session.show(
      result,
      () => certificateTable(session, [result.certificate]) + remarkLines(session, result.cautions),
    );
  },
};

export const certificateCommands: Command[] = [
  {
    words: 'certificate list',
    summary: text('сертификаты', 'certificates'),
    async run(session) {
      const result = await session.askWhole(adminCertificate.list, {});
      return session.show(result, () => certificateTable(session, result.certificates));
    },
  },
  inspectFiles,
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
