// What stands on a page as lines for the terminal: the same question, with the same filters.
import { heldByQuery } from './pages/queue/states.ts';
import { recognise } from './pages/trace/recognise.ts';
import { shellWord } from './settings/command-line.ts';

type View = Readonly<Record<string, string | undefined>>;
type Lines = (view: View, part: string) => readonly string[];

/** Options in the order in which the help shows them; what is not given is left out. */
function withOptions(words: string, options: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return [words, ...given.map(([name, value = '']) => option(name, value))].join(' ');
}

/** What begins as an option does is tied to its own. */
function option(name: string, value: string): string {
  return `--${name}${value.startsWith('-') ? '=' : ' '}${shellWord(value)}`;
}

const settings: Lines = ({ history, file }) => {
  if (history !== undefined) return [`pochtar settings history ${shellWord(history)}`];
  if (file !== undefined)
    return ['pochtar settings export --file settings.yaml', 'pochtar settings import settings.yaml'];
  return ['pochtar settings get'];
};

const list =
  (name: string): Lines =>
  ({ search, only }) => [
    withOptions(`pochtar list ${name}`, { search, idle: only === 'idle' ? '180' : undefined }) +
      (only === 'expired' ? ' --expired' : ''),
  ];

const hourMs = 3_600_000;

const trace: Lines = ({ q, hours, at, outcome }) => {
  const from = Date.parse(at ?? '');
  const range = Number.isNaN(from)
    ? { since: `${hours ?? '24'}h` }
    : { since: new Date(from).toISOString(), until: new Date(from + hourMs).toISOString() };
  const typed = recognise(q ?? '');
  const address = typed?.kind === 'address' ? ` ${shellWord(typed.text)}` : '';
  const client = typed?.kind === 'ip' ? typed.text : undefined;
  const words = {
    'message-id': typed?.kind === 'messageId' ? typed.text : undefined,
    subject: typed?.kind === 'subject' ? typed.text : undefined,
  };
  return [withOptions(`pochtar trace find${address}`, { ...words, client, outcome, ...range })];
};

const queue: Lines = ({ tab, open, state, holder, age, sender, recipient, destination, reason }) => {
  if (open !== undefined) return [`pochtar queue show ${shellWord(open)}`];
  if (tab === 'destinations') return ['pochtar queue destinations'];
  const { heldBy, filter } = heldByQuery(holder);
  const texts = { sender, recipient, destination, reason };
  const options = { state, 'held-by': heldBy, filter, ...texts, 'older-than': age };
  return [withOptions('pochtar queue list', options)];
};

const quarantine: Lines = ({ open, filter, hours, sender, recipient }) => {
  if (open !== undefined) return [`pochtar quarantine show ${shellWord(open)}`];
  const since = hours === undefined ? undefined : `${hours}h`;
  return [withOptions('pochtar quarantine list', { filter, sender, recipient, since })];
};

const dlp: Lines = ({ tab, rule, search }) => {
  if (tab === 'documents') return ['pochtar dlp document list'];
  if (tab === 'incidents') return [withOptions('pochtar dlp incident list', { rule, search })];
  return ['pochtar dlp rule list'];
};

const accounts: Lines = ({ open, domain, search }) => [
  open === undefined
    ? withOptions('pochtar account list', { domain, search })
    : `pochtar account show ${shellWord(open)}`,
];

const names: Lines = ({ tab, open, domain, search }) => {
  if (tab !== 'groups') return [withOptions('pochtar alias list', { domain, search })];
  return [
    open === undefined || open === '+'
      ? withOptions('pochtar group list', { domain, search })
      : `pochtar group members ${shellWord(open)}`,
  ];
};

const contacts: Lines = ({ open, domain, search }) => {
  // Address and domain; a local part in quotes may have spaces.
  const [, address, of] = /^(.+) (\S+)$/.exec(open ?? '') ?? [];
  if (address === undefined || of === undefined) {
    return [withOptions('pochtar contact list', { domain, search })];
  }
  return [`pochtar contact show ${shellWord(of)} ${shellWord(address)}`];
};

/** A part that differs stands as `$`, as in the router's own paths. */
const pages: Readonly<Record<string, Lines>> = {
  '/': () => ['pochtar overview'],
  '/start': () => [
    'pochtar step list',
    'pochtar settings set general.heloName=mail.example.org',
    'pochtar domain create example.org',
    'pochtar domain dns example.org --check',
    'pochtar account create anna@example.org',
  ],
  '/trace': trace,
  '/trace/$': (_, mail) => [`pochtar trace show ${shellWord(mail)}`],
  '/queue': queue,
  '/quarantine': quarantine,
  '/dlp': dlp,
  '/domains': () => ['pochtar domain list'],
  '/domains/$/dkim': (_, name) => [`pochtar dkim key list ${shellWord(name)}`],
  '/domains/$/dns': (_, name) => [`pochtar domain dns ${shellWord(name)} --check`],
  '/accounts': accounts,
  '/accounts/import': () => ['pochtar account create anna@example.org --name Anna --quota 1024M'],
  '/names': names,
  '/names/contacts': contacts,
  '/settings/mail': settings,
  '/settings/routes': ({ open, search }) => {
    if (open === '+') return ['pochtar route add example.org smtp.example.org'];
    if (open !== undefined) return [`pochtar route test ${shellWord(open)}`];
    return [withOptions('pochtar route list', { search })];
  },
  '/settings/spam': settings,
  '/settings/address-book': (view, part) => [
    ...settings(view, part),
    'pochtar ldap try --as ADDRESS --client outlook TEXT',
    'pochtar ldap client thunderbird --for ADDRESS',
  ],
  '/settings/more': settings,
  '/lists/white': list('white'),
  '/lists/black': list('black'),
  '/lists/networks': () => ['pochtar list networks'],
  '/lists/guard': ({ all, open }) => {
    if (open !== undefined) return [`pochtar guard confirm ${shellWord(open)}`];
    return [all === undefined ? 'pochtar guard list' : 'pochtar guard list --all'];
  },
  '/try': () => ['pochtar filter try mail.eml --client 203.0.113.7'],
  '/certificates': () => ['pochtar certificate list'],
  '/processes': () => ['pochtar settings status'],
  '/tasks': () => ['pochtar task list'],
  '/hooks': ({ open }) => [
    open === undefined ? 'pochtar hook list' : `pochtar hook ledger ${shellWord(open)}`,
  ],
  '/me': () => ['pochtar admin password admin'],
  '/admins': () => ['pochtar admin list', 'pochtar token list'],
  '/audit': ({ author, object }) => [withOptions('pochtar audit', { author, object })],
};

/** Empty where the command line has nothing to tell. */
export function pageCommands(path: string, view: View): readonly string[] {
  const own = pages[path];
  if (own !== undefined) return own(view, '');
  const [, place = '', part = '', rest] = path.split('/');
  const lines = pages[rest === undefined ? `/${place}/$` : `/${place}/$/${rest}`];
  return lines?.(view, decodeURIComponent(part)) ?? [];
}
