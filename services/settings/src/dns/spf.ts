// Whether an SPF record lets an address send, as far as that can be told beforehand (RFC 7208 §4, §5).
import { BlockList, isIP, isIPv6 } from 'node:net';
import { type LookUp, valuesOf } from './lookup.ts';

type SpfResult = 'pass' | 'fail' | 'softfail' | 'neutral' | 'permerror' | 'unanswered';

/** RFC 7208 §4.6.4: no more than ten terms that ask the DNS. */
const MAX_TERMS = 10;

const results = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' } as const;

interface Term {
  result: (typeof results)[keyof typeof results];
  name: string;
  value: string;
  /** `/24`; null without one. */
  bits: number | null;
}

export function isSpf(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text);
}

/** Null: not a record that can be read. */
function readSpf(text: string): { terms: Term[]; redirect: string | null } | null {
  if (!isSpf(text) || text.length > 4000) return null;
  const terms: Term[] = [];
  let redirect: string | null = null;
  for (const word of text.split(/ +/).slice(1)) {
    if (word === '') continue;
    const modifier = /^([a-z][\w.-]*)=(.*)$/i.exec(word);
    if (modifier !== null) {
      if (modifier[1]?.toLowerCase() === 'redirect') redirect = modifier[2] ?? null;
      continue;
    }
    const term = readTerm(word);
    if (term === null) return null;
    terms.push(term);
  }
  return { terms, redirect };
}

function readTerm(word: string): Term | null {
  const parts =
    /^([-+~?]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::([^/\s]+(?:\/\/?\d+)?|\S+?))?(?:\/(\d{1,3}))?(?:\/\/\d{1,3})?$/i.exec(
      word,
    );
  if (parts === null) return null;
  const [, sign = '', name = '', value = '', bits] = parts;
  const [address = '', inner] = value.split('/');
  const length = bits ?? inner;
  return {
    result: results[(sign === '' ? '+' : sign) as keyof typeof results],
    name: name.toLowerCase(),
    value: address,
    bits: length === undefined || length === '' ? null : Number(length),
  };
}

export class SpfCheck {
  readonly #lookUp: LookUp;
  #terms = 0;

  constructor(lookUp: LookUp) {
    this.#lookUp = lookUp;
  }

  async resultFor(address: string, domain: string, record: string): Promise<SpfResult> {
    this.#terms = 0;
    return this.#evaluate(address, domain, record);
  }

  async #evaluate(address: string, domain: string, record: string): Promise<SpfResult> {
    const read = readSpf(record);
    if (read === null) return 'permerror';
    for (const term of read.terms) {
      const match = await this.#matches(term, address, domain);
      if (match === 'unanswered' || match === 'permerror') return match;
      if (match) return term.result;
    }
    if (read.redirect !== null) return this.#ofDomain(address, read.redirect);
    return 'neutral';
  }

  async #matches(term: Term, address: string, domain: string): Promise<boolean | 'unanswered' | 'permerror'> {
    const { name, value, bits } = term;
    if (name === 'all') return true;
    if (name === 'ip4' || name === 'ip6')
      return isIP(value) === 0 ? 'permerror' : isWithin(address, value, bits);
    if (++this.#terms > MAX_TERMS) return 'permerror';
    // RFC 7208 §7: macros depend on the mail; what they would match is not known here.
    if (value.includes('%') || name === 'exists' || name === 'ptr') return 'unanswered';
    if (name === 'include') {
      const result = await this.#ofDomain(address, value);
      return result === 'unanswered' || result === 'permerror' ? result : result === 'pass';
    }
    const hosts = name === 'mx' ? await this.#exchanges(value || domain) : [value || domain];
    if (hosts === 'unanswered') return hosts;
    for (const host of hosts.slice(0, MAX_TERMS)) {
      const found = await this.#lookUp.ask(isIPv6(address) ? 'AAAA' : 'A', host);
      if (found.kind === 'unanswered') return found.kind;
      if (valuesOf(found).some((one) => isWithin(address, one, bits))) return true;
    }
    return false;
  }

  async #exchanges(domain: string): Promise<string[] | 'unanswered'> {
    const found = await this.#lookUp.ask('MX', domain);
    return found.kind === 'unanswered' ? found.kind : valuesOf(found).map((one) => one.split(' ')[1] ?? '');
  }

  async #ofDomain(address: string, domain: string): Promise<SpfResult> {
    if (++this.#terms > MAX_TERMS || domain.includes('%')) return 'permerror';
    const found = await this.#lookUp.ask('TXT', domain);
    if (found.kind === 'unanswered') return found.kind;
    const records = valuesOf(found).filter(isSpf);
    const [record] = records;
    return record === undefined || records.length > 1 ? 'permerror' : this.#evaluate(address, domain, record);
  }
}

function isWithin(address: string, of: string, bits: number | null): boolean {
  if (isIP(address) !== isIP(of)) return false;
  const family = isIPv6(of) ? 'ipv6' : 'ipv4';
  const whole = family === 'ipv6' ? 128 : 32;
  if (bits !== null && bits > whole) return false;
  const list = new BlockList();
  list.addSubnet(of, bits ?? whole, family);
  return list.check(address, family);
}
