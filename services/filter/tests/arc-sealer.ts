// Chains of RFC 8617 as anybody may write them: each set is signed as it stands, whatever stands in it, so that what is wrong
// with a chain is the one thing that its test has made wrong.
import { createHash, type KeyObject, sign } from 'node:crypto';

/** undefined: the tag is left out. */
type Tags = Readonly<Record<string, string | undefined>>;

export interface ArcSet {
  i?: string | undefined;
  /** Of ARC-Authentication-Results, behind the instance. */
  results?: string;
  ams?: Tags;
  seal?: Tags;
}

const NAMES = ['ARC-Authentication-Results', 'ARC-Message-Signature', 'ARC-Seal'] as const;

export function splitMail(mail: string): { fields: string[]; body: string } {
  const end = mail.indexOf('\r\n\r\n');
  return { fields: mail.slice(0, end).split(/\r\n(?![ \t])/), body: mail.slice(end + 4) };
}

export function joinMail({ fields, body }: { fields: readonly string[]; body: string }): string {
  return `${fields.join('\r\n')}\r\n\r\n${body}`;
}

export function nameOf(field: string): string {
  return field.slice(0, field.indexOf(':')).trim().toLowerCase();
}

export function instanceOf(field: string): number {
  return Number(/[:;]\s*i\s*=\s*(\d+)/.exec(field)?.[1]);
}

/** RFC 6376 §3.4.2 */
function relaxed(field: string): string {
  const value = field.slice(field.indexOf(':') + 1);
  return `${nameOf(field)}:${value
    .replaceAll('\r\n', '')
    .replace(/[ \t]+/g, ' ')
    .trim()}`;
}

/** RFC 6376 §3.4.4, of the digest. */
function bodyHash(body: string): string {
  const lines = body
    .replace(/[ \t]+/g, ' ')
    .replace(/ (?=\r\n)/g, '')
    .replace(/(\r\n)+$/, '');
  return createHash('sha256')
    .update(lines === '' ? '' : `${lines}\r\n`, 'latin1')
    .digest('base64');
}

function text(tags: Tags): string {
  const given = Object.entries(tags).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}=${value}`,
  );
  return given.join('; ');
}

/** The mail with one more set in front. */
export function sealed(mail: string, key: KeyObject, set: ArcSet = {}): string {
  const { fields, body } = splitMail(mail);
  const chain = fields.filter((field) => NAMES.some((name) => nameOf(field) === name.toLowerCase()));
  const next = Math.max(0, ...chain.map(instanceOf)) + 1;
  const i = 'i' in set ? set.i : String(next);
  const signature = (over: readonly string[]): string =>
    sign('sha256', Buffer.from(over.join('\r\n'), 'latin1'), key).toString('base64');
  const common = { i, a: 'rsa-sha256', d: 'lists.test', s: 's', t: '1764200000' };
  const results = `${NAMES[0]}: ${i === undefined ? '' : `i=${i}; `}${set.results ?? 'lists.test; spf=pass'}`;
  const ams = { ...common, c: 'relaxed/relaxed', h: 'from:to:subject', bh: bodyHash(body), ...set.ams };
  const signed = (ams.h ?? '').split(':').flatMap((name) => {
    const field = fields.findLast((one) => nameOf(one) === name);
    return field === undefined ? [] : [relaxed(field)];
  });
  const bare = `${NAMES[1]}: ${text(ams)}; b=`;
  const message = bare + signature([...signed, relaxed(bare)]);
  const seal = { ...common, cv: next === 1 ? 'none' : 'pass', ...set.seal };
  const bareSeal = `${NAMES[2]}: ${text(seal)}; b=`;
  const before = chain.toSorted(
    (one, other) => instanceOf(one) - instanceOf(other) || (nameOf(one) < nameOf(other) ? -1 : 1),
  );
  const whole = bareSeal + signature([...before, results, message, bareSeal].map(relaxed));
  return joinMail({ fields: [whole, message, results, ...fields], body });
}
