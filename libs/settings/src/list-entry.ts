/**
 * An entry of the white or the black list, and a named network: their normal forms, what is refused, and what is
 * allowed and should be known. Entries are rows (libs/store/src/lists); this knows their grammar alone.
 */
import type { AccessListsSettings } from './catalogue.ts';
import { type AccessEntryKind, accessEntry, addressOrNetwork, moment } from './formats.ts';
import { type Text, text } from './text.ts';

export const listNames = ['white', 'black'] as const;
export type ListName = (typeof listNames)[number];

/** What an entry, or a field of it, is refused for, or what is to be known of it. */
export interface ListProblem {
  readonly field: string;
  readonly code: string;
  readonly message: Text;
}

export interface ListEntryValue {
  readonly kind: AccessEntryKind;
  /** Its normal form: two spellings of the same entry are one. */
  readonly value: string;
}

type Read<T> = { ok: true; entry: T } | { ok: false; problem: ListProblem };

/** Reads what somebody typed. Names are compared in lower case, so that is how they are kept. */
export function readListEntry(list: ListName, input: string): Read<ListEntryValue> {
  const read = input.length > 400 ? undefined : accessEntry(input);
  if (read === undefined) return refuse('wrongFormat', wrongFormat(input));
  const value = read.kind === 'namedNetwork' ? read.value : read.value.normalize('NFC').toLowerCase();
  const entry: ListEntryValue = { kind: read.kind, value };
  const wide = tooWide(list, value);
  if (wide !== undefined) return refuse('networkTooWide', wide);
  return { ok: true, entry };
}

/** The address or mail server of a sender, which anybody can write. */
export function isName(kind: AccessEntryKind): boolean {
  return kind === 'server' || kind === 'mailbox';
}

/** When an entry ends; `''` is never. */
export function readEnd(
  input: string,
  now: Date,
): { ok: true; end: Date | null } | { ok: false; problem: ListProblem } {
  if (input.trim() === '') return { ok: true, end: null };
  const read = moment(input);
  if (read === undefined)
    return { ok: false, problem: { field: 'expiresAt', code: 'wrongFormat', message: wrongEnd } };
  const end = new Date(read);
  if (end <= now)
    return { ok: false, problem: { field: 'expiresAt', code: 'outOfRange', message: endIsPast } };
  return { ok: true, end };
}

export function networkName(input: string): string | undefined {
  const name = input.trim();
  return /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u.test(name) ? name : undefined;
}

/** What a named network is made of: each once, in the order given; a complaint names the item by its index. */
export function readNetworkAddresses(inputs: readonly string[]): {
  addresses: string[];
  problems: ListProblem[];
} {
  const addresses = new Set<string>();
  const problems: ListProblem[] = [];
  for (const [index, input] of inputs.entries()) {
    const field = `addresses.${index}`;
    const address = input.length > 64 ? undefined : addressOrNetwork(input);
    const wide = address === undefined ? undefined : tooWide('white', address);
    if (address === undefined) problems.push({ field, code: 'wrongFormat', message: wrongAddress(input) });
    else if (wide !== undefined) problems.push({ field, code: 'networkTooWide', message: wide });
    else addresses.add(address);
  }
  return { addresses: [...addresses], problems };
}

export interface CautionContext extends AccessListsSettings {
  /** Addresses and networks of a named network. */
  readonly addresses?: readonly string[];
  /** Domains whose mail is ours. */
  readonly localDomains: ReadonlySet<string>;
  /** Where the asker sits. */
  readonly clientAddress?: string | undefined;
}

/** What is allowed, and that an administrator should know the consequence of. */
export function cautionsOfEntry(
  list: ListName,
  { kind, value }: ListEntryValue,
  context: CautionContext,
): ListProblem[] {
  const items = context.addresses ?? (kind === 'address' || kind === 'network' ? [value] : []);
  const found: [code: string, message: Text][] = [];
  if (list === 'black') {
    if (items.some((item) => isWide(item))) found.push(['shutsOut', shutsOutMany(value)]);
    if (items.some(isPrivate)) found.push(['shutsOut', shutsOutOwn(value)]);
    const domain = isName(kind) ? value.slice(value.lastIndexOf('@') + 1) : undefined;
    if (domain !== undefined && context.localDomains.has(domain))
      found.push(['shutsOut', shutsOutDomain(value)]);
  } else {
    if (items.some((item) => isWide(item))) found.push(['opensRelay', opensRelay(value)]);
    if (isName(kind) && context.whiteNamesNeedSpf === 'no') found.push(['forgeable', forgeable(value)]);
  }
  return found.map(([code, message]) => ({ field: 'value', code, message }));
}

/** A white network that covers (nearly) everybody would make an open relay, a black one a dead server. */
function tooWide(list: ListName, item: string): Text | undefined {
  const bits = prefixOf(item);
  if (bits === undefined) return undefined;
  const least = list === 'black' ? 1 : item.includes(':') ? 16 : 8;
  // fc00::/7 is the private space of IPv6.
  if (bits >= least || item === 'fc00::/7') return undefined;
  return text(
    `сеть ${item} слишком широка: укажите префикс не короче /${least}`,
    `the network ${item} is too wide: give a prefix of at least /${least}`,
  );
}

function prefixOf(item: string): number | undefined {
  const [address = '', bits] = item.split('/');
  return bits === undefined || !/^[\d.:a-f]+$/.test(address) ? undefined : Number(bits);
}

/** More than a large provider has. */
function isWide(item: string): boolean {
  const bits = prefixOf(item);
  return bits !== undefined && !isPrivate(item) && bits < (item.includes(':') ? 24 : 12);
}

/** Where users, other machines of the house and the bundled web mail come from. */
function isPrivate(item: string): boolean {
  return /^(10\.|127\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|::1(\/|$)|f[cd][0-9a-f]{2}:|fe80:)/.test(item);
}

function refuse(code: string, message: Text): { ok: false; problem: ListProblem } {
  return { ok: false, problem: { field: 'value', code, message } };
}

function shown(input: string): string {
  return input.trim().slice(0, 80);
}

function wrongFormat(input: string): Text {
  return text(
    `«${shown(input)}»: укажите IP-адрес, сеть (192.0.2.0/24), домен серверов (example.org), почтовый сервер (@example.org), ящик (user@example.org) или network:имя`,
    `“${shown(input)}”: give an IP address, a network (192.0.2.0/24), a domain of hosts (example.org), a mail server (@example.org), a mailbox (user@example.org) or network:name`,
  );
}

function wrongAddress(input: string): Text {
  return text(
    `«${shown(input)}»: укажите IP-адрес или сеть, например 192.0.2.1 или 192.0.2.0/24`,
    `“${shown(input)}”: give an IP address or a network, such as 192.0.2.1 or 192.0.2.0/24`,
  );
}

const wrongEnd = text(
  'укажите дату и время с часовым поясом, например 2027-01-31T12:00:00Z, или оставьте пустым',
  'give a date and time with its zone, such as 2027-01-31T12:00:00Z, or leave it empty',
);
const endIsPast = text(
  'это время уже прошло: укажите будущее или оставьте пустым',
  'this time is over: give one in the future, or leave it empty',
);

function forgeable(item: string): Text {
  return text(
    `кто угодно может назваться «${item}» и обойти проверки: внесите вместо имени адреса`,
    `anybody can call himself “${item}” and pass the checks: enter addresses instead of the name`,
  );
}

function opensRelay(item: string): Text {
  return text(
    `${item}: отсюда почта уйдёт куда угодно без пароля: внесите сеть поуже`,
    `${item}: mail from here goes anywhere without a password: enter a narrower network`,
  );
}

function shutsOutMany(item: string): Text {
  return text(
    `${item}: это очень широкая сеть, с неё не примут ничьей почты: внесите сеть поуже`,
    `${item}: a very wide network, from which nobody's mail is accepted: enter a narrower one`,
  );
}

function shutsOutOwn(item: string): Text {
  return text(
    `${item}: отсюда приходят и свои: пользователи и программы этой сети не смогут отправить почту`,
    `${item}: one's own come from here, too: users and programs of this network cannot send mail`,
  );
}

function shutsOutDomain(item: string): Text {
  return text(
    `«${item}» — домен этого сервера: письма, которые приходят от его имени без авторизации, не принимаются`,
    `“${item}” is a domain of this server: mail that comes in its name without a login is refused`,
  );
}
