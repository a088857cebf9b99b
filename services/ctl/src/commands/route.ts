// pochtar route: where mail for single domains goes: list, add, set, remove, test.
import { adminRoutes, type RouteInfo, type RouteRequest } from '@pochtar/bus';
import { domainKey } from '@pochtar/mail';
import type { Command } from '../command.ts';
import { type Input, UsageError } from '../input.ts';
import { type Text, text } from '../language.ts';
import { table } from '../output.ts';
import { printTest } from '../print-test.ts';
import type { Session } from '../session.ts';
import type { Option } from '../syntax.ts';

const tlsWords = ['opportunistic', 'starttls', 'smtps'] as const;

function routeTable(session: Session, routes: readonly RouteInfo[]): string {
  const header = [
    text('Домен', 'Domain'),
    text('Сервер', 'Server'),
    'TLS',
    text('Логин', 'Login'),
    text('Соединений', 'Connections'),
    text('В минуту', 'A minute'),
    text('Заметка', 'Comment'),
  ].map((title) => (typeof title === 'string' ? title : session.say(title)));
  const rows = routes.map(({ domain, host, port, tls, isVerified, username, isOn, ...rest }) => [
    isOn ? domain : `${domain} (${session.say(text('выключен', 'off'))})`,
    host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
    isVerified ? `${tls} ✓` : tls,
    username,
    ...[rest.maxConnections, rest.perMinute].map((limit) => (limit === null ? '' : String(limit))),
    rest.comment,
  ]);
  return table(header, rows);
}

const serverOptions: Record<string, Option> = {
  port: {
    value: 'PORT',
    help: text('порт; 25, а с --tls smtps 465', 'the port; 25, and 465 with --tls smtps'),
  },
  tls: {
    value: tlsWords.join('|'),
    help: text(
      'шифрование: как получится, STARTTLS обязательно, с первого байта',
      'encryption: as well as it goes, STARTTLS or nothing, from the first octet',
    ),
  },
  verify: { help: text('сертификат должен называть сервер', 'the certificate has to name the server') },
  username: { value: 'LOGIN', help: text('логин на этом сервере', 'the login at this server') },
  'password-stdin': {
    help: text('прочитать пароль со стандартного ввода', 'read the password from standard input'),
  },
};
const limitOptions: Record<string, Option> = {
  'max-connections': {
    value: 'NUMBER',
    help: text('соединений сразу; default — как везде', 'connections at once; default is as everywhere'),
  },
  'per-minute': {
    value: 'NUMBER',
    help: text(
      'писем в минуту; default — сколько есть',
      'mails in a minute; default is as many as there are',
    ),
  },
  comment: { value: 'TEXT', help: text('заметка', 'a comment') },
};
const setOptions: Record<string, Option> = {
  host: { value: 'HOST', help: text('другой сервер', 'another server') },
  domain: { value: 'DOMAIN', help: text('другой домен', 'another domain') },
  'no-verify': { help: text('принимать любой сертификат', 'take any certificate') },
  'no-login': { help: text('без логина и пароля', 'without a login and a password') },
  on: { help: text('включить', 'switch it on') },
  off: { help: text('выключить, не удаляя', 'switch it off, and keep it') },
};

/** A limit, or null where `default` says that there is none of its own. */
function limitOf(input: Input, name: string, max: number): number | null | undefined {
  return input.option(name) === 'default' ? null : input.number(name, { min: 1, max });
}

function tlsOf(input: Input): (typeof tlsWords)[number] | undefined {
  const value = input.option('tls');
  const word = tlsWords.find((one) => one === value);
  if (value === undefined || word !== undefined) return word;
  const known = tlsWords.join(', ');
  throw new UsageError(text(`--tls: укажите одно из ${known}`, `--tls: give one of ${known}`));
}

type Changed = Partial<Omit<RouteRequest, 'domain' | 'former'>>;

/** What the options say; what is not said is left out. */
async function changedBy(session: Session, input: Input): Promise<Changed> {
  const tls = tlsOf(input);
  const port = input.number('port', { min: 1, max: 65_535 }) ?? (tls === 'smtps' ? 465 : undefined);
  const said = {
    ...{ host: input.option('host'), port, tls, username: input.option('username') },
    ...{ comment: input.option('comment'), maxConnections: limitOf(input, 'max-connections', 50) },
    perMinute: limitOf(input, 'per-minute', 100_000),
    isVerified: input.flag('verify') ? true : input.flag('no-verify') ? false : undefined,
    isOn: input.flag('on') ? true : input.flag('off') ? false : undefined,
    password: input.flag('password-stdin') ? await session.readStdin() : undefined,
    ...(input.flag('no-login') && { username: '', password: undefined }),
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

/** The route as it is saved; a complaint where there is none. */
async function routeOf(session: Session, written: string): Promise<RouteInfo> {
  const name = written.replace(/\.$/, '');
  const key = name.startsWith('.') ? `.${domainKey(name.slice(1))}` : domainKey(name);
  const { routes } = await session.askWhole(adminRoutes.list, { search: key });
  const found = routes.find(({ domain }) => domain === key);
  if (found !== undefined) return found;
  throw new UsageError(
    text(
      `маршрута для «${written}» нет: посмотрите pochtar route list`,
      `there is no route for “${written}”: see pochtar route list`,
    ),
  );
}

function asRequest(route: RouteInfo): RouteRequest {
  const { hasPassword: _, author: _author, changedAt: _changedAt, ...request } = route;
  return { ...request, former: route.domain };
}

const addHelp: Text = text(
  [
    '  pochtar route add partner.example 192.168.5.1 --comment "по договору"',
    '  pochtar route add .example.org smtp.example.org --tls smtps --verify --username us --password-stdin < file',
    'Точка в начале: все домены ниже этого, без него самого. Сервер не ищется по MX. Маршрут важнее внешнего SMTP;',
    'MTA-STS и DANE домена его не касаются.',
  ].join('\n'),
  [
    '  pochtar route add partner.example 192.168.5.1 --comment "by contract"',
    '  pochtar route add .example.org smtp.example.org --tls smtps --verify --username us --password-stdin < file',
    'A dot in front: all domains below this one, without itself. The server is not looked up for MX. A route comes before',
    'the external SMTP server; MTA-STS and DANE of the domain do not concern it.',
  ].join('\n'),
);

export const routeCommands: Command[] = [
  {
    words: 'route list',
    summary: text('маршруты отдельных доменов', 'the routes of single domains'),
    options: {
      search: {
        value: 'TEXT',
        help: text('часть домена, сервера или заметки', 'part of the domain, the server or the comment'),
      },
    },
    async run(session, input) {
      const { routes } = await session.askWhole(adminRoutes.list, { search: input.option('search') ?? '' });
      return session.show({ routes }, () => routeTable(session, routes));
    },
  },
  {
    words: 'route add',
    summary: text(
      'отправлять почту домена через свой сервер',
      'send mail for a domain through a server of its own',
    ),
    details: addHelp,
    args: [{ name: 'DOMAIN' }, { name: 'HOST' }],
    options: { ...serverOptions, ...limitOptions, off: setOptions['off'] as Option },
    async run(session, input) {
      const request = { domain: input.arg(0), host: input.arg(1), ...(await changedBy(session, input)) };
      const { route } = await session.ask(adminRoutes.save, request);
      return session.show({ route }, () => routeTable(session, [route]));
    },
  },
  {
    words: 'route set',
    summary: text('изменить маршрут домена', 'change the route of a domain'),
    args: [{ name: 'DOMAIN' }],
    options: { ...serverOptions, ...limitOptions, ...setOptions },
    async run(session, input) {
      const request = asRequest(await routeOf(session, input.arg(0)));
      const domain = input.option('domain') ?? request.domain;
      const changed = await changedBy(session, input);
      const { route } = await session.ask(adminRoutes.save, { ...request, ...changed, domain });
      return session.show({ route }, () => routeTable(session, [route]));
    },
  },
  {
    words: 'route remove',
    summary: text('удалить маршрут домена', 'remove the route of a domain'),
    args: [{ name: 'DOMAIN' }],
    async run(session, input) {
      const { removed } = await session.ask(adminRoutes.remove, { domain: input.arg(0) });
      return session.show({ removed }, () => `${removed.domain}\n`);
    },
  },
  {
    words: 'route test',
    summary: text(
      'поговорить с сервером маршрута, не посылая письма',
      'talk to the server of a route without sending a mail',
    ),
    details: text(
      [
        '  pochtar route test example.org',
        '  pochtar route test example.org smtp.example.org --tls smtps --username us --password-stdin < file',
        'Без HOST — сохранённый маршрут. Код 0: годится, 6: нет, 7: сказать нельзя.',
      ].join('\n'),
      [
        '  pochtar route test example.org',
        '  pochtar route test example.org smtp.example.org --tls smtps --username us --password-stdin < file',
        'Without HOST: the route that is saved. Exit code 0: fit, 6: not, 7: it cannot be told.',
      ].join('\n'),
    ),
    args: [{ name: 'DOMAIN' }, { name: 'HOST', isOptional: true }],
    options: serverOptions,
    async run(session, input) {
      const host = input.arg(1);
      const stored = host === '' ? asRequest(await routeOf(session, input.arg(0))) : null;
      const { domain, former, ...rest } = stored ?? { domain: input.arg(0), host, former: undefined };
      const changed = await changedBy(session, input);
      const { port, tls, isVerified, username, password } = { ...rest, ...changed } as Changed;
      const request = { domain, host: rest.host, ...(former !== undefined && { former }) };
      const given = { port, tls, isVerified, username, password };
      return printTest(session, (onEvent) =>
        session.testRoute(
          {
            ...request,
            ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
          },
          onEvent,
        ),
      );
    },
  },
];
