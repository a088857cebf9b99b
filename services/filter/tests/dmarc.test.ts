// DMARC by RFC 9989: whose policy is found, whom it takes for confirmed, and what a record may be. Each case is a mail that
// SPF or a signature speaks for.
import { describe, expect, test } from 'vitest';
import { type Ask, authenticate } from '../src/authentication/authenticate.ts';
import { messageOf } from './message-of.ts';
import { rsaKey, signed } from './signed-mail.ts';

const CLIENT = '192.0.2.1';
const key = rsaKey();

/** Texts by name. */
type Zone = Readonly<Record<string, readonly string[] | 'SERVFAIL'>>;

interface Mail {
  from?: string;
  /** Of the reverse path; SPF passes for it unless it is said not to. */
  sent?: string;
  isSpfFailing?: boolean;
  signedBy?: string;
  zone: Zone;
  /** Names that are there without a text. */
  names?: readonly string[];
}

const asked: string[] = [];

function asks({ zone, sent, isSpfFailing, signedBy, names = [] }: Mail): Ask {
  const whole: Zone = {
    ...(sent !== undefined && {
      [sent.toLowerCase()]: [`v=spf1 ${isSpfFailing ? '-all' : `ip4:${CLIENT} -all`}`],
    }),
    ...(signedBy !== undefined && { [`s._domainkey.${signedBy}`]: [key.record] }),
    ...zone,
  };
  return async (name, type) => {
    if (name.startsWith('_dmarc.')) asked.push(name);
    const texts = whole[name.toLowerCase()];
    if (texts === 'SERVFAIL') return { code: 'ESERVFAIL', message: 'it is broken' };
    if (type === 'TXT' && texts !== undefined) return { records: texts.map((text) => [text]) };
    const isThere = texts !== undefined || names.includes(name.toLowerCase());
    return { code: isThere ? 'ENODATA' : 'ENOTFOUND', message: 'nothing there' };
  };
}

async function found(mail: Mail): Promise<(string | null)[]> {
  const { from = 'example.test', sent, signedBy } = mail;
  const plain = Buffer.from(`From: author@${from}\r\nSubject: x\r\n\r\nhello\r\n`);
  const whole = signedBy === undefined ? plain : await signed(plain, key, signedBy, 's');
  const reversePath = sent === undefined ? '' : `bounce@${sent}`;
  const envelope = { reversePath, helo: 'helo.test', clientAddress: CLIENT, receiver: 'mx.here.test' };
  const { dmarc } = await authenticate(messageOf(whole), envelope, asks(mail));
  return [dmarc.result, dmarc.policy];
}

type Case = [what: string, wanted: (string | null)[], mail: Mail];

const of = (record: string): Zone => ({ '_dmarc.example.test': [record] });
const reject = of('v=DMARC1; p=reject');
const PASS = ['pass', 'reject'];
const FAIL = ['fail', 'reject'];

describe('RFC 9989 §5.1: alignment', () => {
  test.each<Case>([
    ['SPF of the same domain', PASS, { sent: 'example.test', zone: reject }],
    ['SPF of a domain below: relaxed', PASS, { sent: 'child.example.test', zone: reject }],
    [
      'SPF of the domain above: relaxed',
      ['pass', 'reject'],
      { from: 'child.example.test', sent: 'example.test', zone: reject },
    ],
    ['SPF of another domain', FAIL, { sent: 'sample.test', zone: reject }],
    ['SPF of a domain that only ends alike', FAIL, { sent: 'anexample.test', zone: reject }],
    ['SPF fails', FAIL, { sent: 'example.test', isSpfFailing: true, zone: reject }],
    ['aspf=s, the same', PASS, { sent: 'example.test', zone: of('v=DMARC1; p=reject; aspf=s') }],
    ['aspf=s, below', FAIL, { sent: 'child.example.test', zone: of('v=DMARC1; p=reject; aspf=s') }],
    ['a signature of the same domain', PASS, { signedBy: 'example.test', zone: reject }],
    ['a signature of a domain below: relaxed', PASS, { signedBy: 'child.example.test', zone: reject }],
    ['a signature of another domain', FAIL, { signedBy: 'sample.test', zone: reject }],
    ['adkim=s, the same', PASS, { signedBy: 'example.test', zone: of('v=DMARC1; p=reject; adkim=s') }],
    ['adkim=s, below', FAIL, { signedBy: 'child.example.test', zone: of('v=DMARC1; p=reject; adkim=s') }],
    [
      'one of both is enough',
      PASS,
      { signedBy: 'example.test', sent: 'sample.test', isSpfFailing: true, zone: reject },
    ],
    ['capitals are the same domain', PASS, { from: 'EXAMPLE.test', sent: 'example.TEST', zone: reject }],
  ])('%s: %j', async (_, wanted, mail) => {
    expect(await found(mail)).toEqual(wanted);
  });
});

describe('RFC 9989 §4.10: whose policy', () => {
  const below = { from: 'a.child.example.test', names: ['a.child.example.test'] };
  test.each<Case>([
    ['nobody has one', ['none', null], { zone: {} }],
    [
      'the own one before that above',
      ['fail', 'none'],
      { ...below, zone: { ...reject, '_dmarc.a.child.example.test': ['v=DMARC1; p=none'] } },
    ],
    ['that of the organisation, two above', FAIL, { ...below, zone: reject }],
    ['its sp', ['fail', 'quarantine'], { ...below, zone: of('v=DMARC1; p=reject; sp=quarantine') }],
    [
      'np of a name that is not there',
      ['fail', 'none'],
      { from: 'gone.example.test', zone: of('v=DMARC1; p=reject; np=none') },
    ],
    [
      'sp where np is missing',
      ['fail', 'quarantine'],
      { from: 'gone.example.test', zone: of('v=DMARC1; p=reject; sp=quarantine') },
    ],
    [
      'psd=y: the organisation is one below it',
      ['fail', 'reject'],
      {
        ...{ from: 'one.bank.test', sent: 'two.bank.test', names: ['one.bank.test'] },
        zone: { '_dmarc.bank.test': ['v=DMARC1; p=reject; psd=y'] },
      },
    ],
    [
      'psd=n: it ends there',
      ['fail', 'reject'],
      {
        ...{ from: 'x.unit.example.test', sent: 'example.test', names: ['x.unit.example.test'] },
        zone: {
          '_dmarc.unit.example.test': ['v=DMARC1; p=reject; psd=n'],
          '_dmarc.example.test': ['v=DMARC1; p=none'],
        },
      },
    ],
    ['the DNS fails', ['temperror', null], { zone: { '_dmarc.example.test': 'SERVFAIL' } }],
  ])('%s: %j', async (_, wanted, mail) => {
    expect(await found(mail)).toEqual(wanted);
  });

  test('of a name of many labels eight are asked at most', async () => {
    asked.length = 0;
    const from = `${Array.from({ length: 30 }, (_, one) => `l${one}`).join('.')}.example.test`;
    expect(await found({ from, names: [from], zone: reject })).toEqual(FAIL);
    expect(new Set(asked).size).toBeLessThanOrEqual(8);
  });
});

describe('RFC 9989 §4.7: records', () => {
  test.each<Case>([
    ['blanks and capitals of values', FAIL, { zone: of('v = DMARC1 ;  p = Reject ; ') }],
    ['tags that nobody knows', FAIL, { zone: of('v=DMARC1; p=reject; x=y; rua=mailto:a@b.test') }],
    ['pct counts no more', FAIL, { zone: of('v=DMARC1; p=reject; pct=0') }],
    ['t=y asks for one step less', ['fail', 'quarantine'], { zone: of('v=DMARC1; p=reject; t=y') }],
    ['t=y of quarantine', ['fail', 'none'], { zone: of('v=DMARC1; p=quarantine; t=y') }],
    ['the version in small letters', ['none', null], { zone: of('v=dmarc1; p=reject') }],
    ['the version not first', ['none', null], { zone: of('p=reject; v=DMARC1') }],
    [
      'two records',
      ['none', null],
      { zone: { '_dmarc.example.test': ['v=DMARC1; p=reject', 'v=DMARC1; p=none'] } },
    ],
    ['other texts beside it', FAIL, { zone: { '_dmarc.example.test': ['hello', 'v=DMARC1; p=reject'] } }],
    [
      'no policy, but an address for reports',
      ['fail', 'none'],
      { zone: of('v=DMARC1; rua=mailto:a@b.test') },
    ],
    ['no policy and no address', ['none', null], { zone: of('v=DMARC1') }],
    ['a policy that nobody knows', ['none', null], { zone: of('v=DMARC1; p=drop') }],
    ['a tag twice', ['none', null], { zone: of('v=DMARC1; p=reject; p=none') }],
  ])('%s: %j', async (_, wanted, mail) => {
    expect(await found(mail)).toEqual(wanted);
  });
});
