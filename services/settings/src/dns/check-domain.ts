// What the DNS has for a domain, compared by meaning: another MX that leads here is as good, an SPF record is followed, and
// what nobody answered is not called missing.
import type { DomainDnsRecord } from '@pochtar/bus';
import { isPublicAddress } from './public-address.ts';
import { type Answer, type LookUp, valuesOf } from './lookup.ts';
import { isSpf, SpfCheck } from './spf.ts';
import { foundOf } from '../dkim/key-record.ts';
import type { WantedRecord } from './wanted-records.ts';

interface CheckedWith {
  domain: string;
  /** general.heloName */
  host: string;
  /** Those of the server, given or found. */
  addresses: readonly string[];
  /** Mail leaves through it; '' when it does not. */
  relay: string;
}

type Finding = Pick<DomainDnsRecord, 'state' | 'found' | 'remark'>;

export async function checkRecord(
  lookUp: LookUp,
  wanted: WantedRecord,
  given: CheckedWith,
): Promise<DomainDnsRecord> {
  const { isLater, key: _, ...record } = wanted;
  const { state, found, remark } = await findingOf(lookUp, wanted, given);
  const shown = found.slice(0, 10).map((one) => one.slice(0, 600));
  const told = isLater === true && state === 'missing' ? 'later' : state;
  return { ...record, state: told, found: shown, remark };
}

/** Records that need a hand; null where the DNS said nothing at all. */
export function problemsOf(records: readonly DomainDnsRecord[]): number | null {
  const asked = records.filter(({ isOptional }) => !isOptional);
  if (asked.every(({ state }) => state === 'unknown' || state === 'notChecked')) return null;
  return asked.filter(({ state }) => state === 'missing' || state === 'wrong').length;
}

function findingOf(lookUp: LookUp, wanted: WantedRecord, given: CheckedWith): Promise<Finding> {
  switch (wanted.purpose) {
    case 'mx':
      return checkMx(lookUp, given);
    case 'spf':
      return checkSpf(lookUp, given);
    case 'dmarc':
      return checkDmarc(lookUp, given.domain);
    case 'dkim':
      return checkKey(lookUp, wanted);
    case 'helo':
      return checkHost(lookUp, wanted, given.host);
    case 'ptr':
      return checkReverse(lookUp, wanted.name, given.host);
    default:
      return checkPlain(lookUp, wanted, given);
  }
}

const finding = (state: Finding['state'], found: string[], ru = '', en = ''): Finding => ({
  state,
  found,
  remark: ru === '' ? null : { ru, en },
});
const unanswered = finding('unknown', [], 'DNS не ответил', 'the DNS did not answer');

async function checkMx(lookUp: LookUp, { domain, host, addresses }: CheckedWith): Promise<Finding> {
  const answer = await lookUp.ask('MX', domain);
  if (answer.kind === 'unanswered') return unanswered;
  const found = valuesOf(answer);
  if (found.length === 0) {
    // RFC 5321 §5.1: without MX the address of the domain itself is its host.
    const own = await lookUp.addressesOf(domain);
    return valuesOf(own).some((one) => addresses.includes(one))
      ? finding(
          'ok',
          [],
          'MX нет, но адрес домена ведёт сюда',
          'there is no MX, but the domain’s address leads here',
        )
      : finding('missing', []);
  }
  const hosts = found.map((one) => (one.split(' ')[1] ?? '').toLowerCase());
  // RFC 7505 §3
  if (hosts.every((one) => one === '' || one === '.')) {
    return finding(
      'wrong',
      found,
      'домен объявляет, что не принимает почту',
      'the domain says that it takes no mail',
    );
  }
  if (hosts.includes(host)) return finding('ok', found);
  const answers = await Promise.all(hosts.slice(0, 10).map((one) => lookUp.addressesOf(one)));
  if (answers.some((one) => valuesOf(one).some((address) => addresses.includes(address)))) {
    return finding('ok', found);
  }
  if (addresses.length === 0 || answers.some(({ kind }) => kind === 'unanswered')) {
    return finding(
      'unknown',
      found,
      'не удалось узнать, ведёт ли он сюда',
      'whether it leads here could not be found out',
    );
  }
  return finding('wrong', found, 'ведёт на другой сервер', 'leads to another server');
}

async function checkSpf(lookUp: LookUp, { domain, addresses, relay }: CheckedWith): Promise<Finding> {
  const answer = await lookUp.ask('TXT', domain);
  if (answer.kind === 'unanswered') return unanswered;
  const found = valuesOf(answer).filter(isSpf);
  const [record] = found;
  if (record === undefined) return finding('missing', []);
  // RFC 7208 §4.5
  if (found.length > 1) {
    return finding(
      'wrong',
      found,
      'записей SPF больше одной: оставьте одну',
      'there are several SPF records: leave one',
    );
  }
  if (/ \+?all(?: |$)/i.test(record)) {
    return finding('wrong', found, 'разрешает отправку всем', 'lets everybody send');
  }
  if (relay !== '') {
    return finding(
      'ok',
      found,
      `почта уходит через ${relay}: убедитесь, что он в ней разрешён`,
      `mail leaves through ${relay}: make sure that it lets it`,
    );
  }
  const senders = addresses.filter(isPublicAddress);
  for (const address of senders) {
    const result = await new SpfCheck(lookUp).resultFor(address, domain, record);
    if (result === 'permerror') {
      return finding('wrong', found, 'с ошибкой: её не поймут', 'has an error: it will not be understood');
    }
    if (result === 'unanswered') {
      return finding('unknown', found, 'прочитать её до конца не удалось', 'it could not be read to its end');
    }
    if (result !== 'pass') {
      return finding('wrong', found, `не разрешает отправку с ${address}`, `does not let ${address} send`);
    }
  }
  return finding('ok', found);
}

// RFC 7489 §6.6.3: a domain without a record has that of its parent.
async function checkDmarc(lookUp: LookUp, domain: string): Promise<Finding> {
  const labels = domain.split('.');
  for (let from = 0; from < labels.length - 1 && from < 4; from++) {
    const answer = await lookUp.ask('TXT', `_dmarc.${labels.slice(from).join('.')}`);
    if (answer.kind === 'unanswered') return unanswered;
    const found = valuesOf(answer).filter((one) => /^v=DMARC1\b/i.test(one));
    if (found.length > 1) {
      return finding(
        'wrong',
        found,
        'записей DMARC больше одной: оставьте одну',
        'there are several DMARC records: leave one',
      );
    }
    const [record] = found;
    if (record === undefined) continue;
    return /;\s*p\s*=\s*(?:none|quarantine|reject)\b/i.test(record)
      ? finding('ok', found)
      : finding(
          'wrong',
          found,
          'нет p=: укажите, что делать с чужой почтой',
          'there is no p=: say what to do with forged mail',
        );
  }
  return finding('missing', []);
}

async function checkKey(lookUp: LookUp, { name, key }: WantedRecord): Promise<Finding> {
  const answer = await lookUp.ask('TXT', name);
  if (answer.kind === 'unanswered') return unanswered;
  const found = valuesOf(answer);
  if (key === undefined) return finding(found.length === 0 ? 'missing' : 'ok', found);
  switch (foundOf(answer, key)) {
    case 'ok':
      return finding('ok', found);
    case 'missing':
      return finding('missing', found);
    case 'revoked':
      return finding('wrong', found, 'ключ в ней отозван: p= пуст', 'the key is revoked there: p= is empty');
    case 'wrong':
    case 'unanswered':
      return finding('wrong', found, 'там другой ключ', 'there is another key');
  }
}

async function checkHost(lookUp: LookUp, wanted: WantedRecord, host: string): Promise<Finding> {
  if (!host.includes('.') || host === 'localhost') {
    return finding(
      'wrong',
      [],
      'сначала задайте имя сервера (Имя сервера в команде SMTP HELO)',
      'give the server its name first (server name in HELO)',
    );
  }
  const answer = await lookUp.ask(wanted.type === 'AAAA' ? 'AAAA' : 'A', host);
  if (answer.kind === 'unanswered') return unanswered;
  const found = valuesOf(answer);
  if (found.length === 0) return finding('missing', []);
  return wanted.value === null || found.includes(wanted.value)
    ? finding('ok', found)
    : finding('wrong', found, 'имя ведёт на другой адрес', 'the name leads to another address');
}

async function checkReverse(lookUp: LookUp, address: string, host: string): Promise<Finding> {
  if (!isPublicAddress(address)) {
    return finding(
      'unknown',
      [],
      'адрес внутренний: сервер за NAT; укажите его внешний адрес',
      'the address is a private one: the server is behind NAT; give its public address',
    );
  }
  const answer = await lookUp.ask('PTR', address);
  if (answer.kind === 'unanswered') return unanswered;
  const found = valuesOf(answer).map((one) => one.toLowerCase());
  if (found.length === 0) return finding('missing', []);
  return found.includes(host)
    ? finding('ok', found)
    : finding('wrong', found, 'обратная запись называет другое имя', 'the reverse record has another name');
}

/** Whether there is one that does the same. */
async function checkPlain(lookUp: LookUp, wanted: WantedRecord, given: CheckedWith): Promise<Finding> {
  const { type, name, value } = wanted;
  const answer = await lookUp.ask(type, name);
  if (answer.kind === 'unanswered') return unanswered;
  const found = valuesOf(answer).map((one) => (type === 'TXT' ? one : one.toLowerCase()));
  if (type === 'CNAME' && found.length === 0) return checkAlias(await lookUp.addressesOf(name), given);
  if (found.length === 0) return finding('missing', []);
  if (type === 'TXT' || value === null) return finding('ok', found);
  const isSame = (one: string): boolean =>
    type === 'SRV'
      ? one.split(' ').slice(2).join(' ') === value.split(' ').slice(2).join(' ')
      : one === value;
  return found.some(isSame)
    ? finding('ok', found)
    : finding('wrong', found, 'ведёт на другой сервер', 'leads to another server');
}

/** An address in place of an alias is as good. */
function checkAlias(answer: Answer, { addresses }: CheckedWith): Finding {
  if (answer.kind === 'unanswered') return unanswered;
  const found = valuesOf(answer);
  if (found.length === 0) return finding('missing', []);
  return found.some((one) => addresses.includes(one))
    ? finding('ok', found)
    : finding('wrong', found, 'ведёт на другой сервер', 'leads to another server');
}
