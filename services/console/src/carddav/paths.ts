// Where things are: each viewer has a principal with one address book, and who need not log in has `public`. Names of cards
// are sealed: a client keeps those of people who are hidden or gone by now, and must not read in them who that was.
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { derivedKey } from '@pochtar/store/settings';

export const ROOT = '/carddav/';
export const WELL_KNOWN = '/.well-known/carddav';
const PUBLIC = 'public';
const IV = 16;

export type Place =
  | { kind: 'root' }
  /** `owner`: an address; null: of whoever does not log in. */
  | { kind: 'principal' | 'book'; owner: string | null }
  | { kind: 'card'; owner: string | null; name: string };

/** null: there is no such place. */
export function placeOf(url: string): Place | null {
  const path = url.split('?')[0] ?? '';
  if (path === ROOT || `${path}/` === ROOT) return { kind: 'root' };
  const [, whose = '', book, name, ...more] = path.slice(ROOT.length - 1).split('/');
  const owner = whose === PUBLIC ? null : Buffer.from(whose, 'base64url').toString();
  if (owner !== null && !owner.includes('@')) return null;
  if (book === undefined || book === '') return name === undefined ? { kind: 'principal', owner } : null;
  if (book !== 'book' || more.length > 0) return null;
  if (name === undefined || name === '') return { kind: 'book', owner };
  return { kind: 'card', owner, name };
}

export function principalPath(owner: string | null): string {
  return `${ROOT}${owner === null ? PUBLIC : Buffer.from(owner).toString('base64url')}/`;
}

export function bookPath(owner: string | null): string {
  return `${principalPath(owner)}book/`;
}

/** Names of cards, the same for everybody and for ever. */
export class CardNames {
  readonly #seal: Buffer;
  readonly #check: Buffer;

  constructor(masterKey: Buffer) {
    this.#seal = derivedKey(masterKey, 'names of cards');
    this.#check = derivedKey(masterKey, 'names of cards, check');
  }

  of(key: string): string {
    const iv = this.#ivOf(key);
    const cipher = createCipheriv('aes-256-ctr', this.#seal, iv);
    return `${Buffer.concat([iv, cipher.update(key), cipher.final()]).toString('base64url')}.vcf`;
  }

  /** null: it is none of ours. */
  keyOf(name: string): string | null {
    const [, sealed = ''] = /^([\w-]{22,600})\.vcf$/.exec(name) ?? [];
    const octets = Buffer.from(sealed, 'base64url');
    if (octets.length <= IV) return null;
    const iv = octets.subarray(0, IV);
    const decipher = createDecipheriv('aes-256-ctr', this.#seal, iv);
    const key = Buffer.concat([decipher.update(octets.subarray(IV)), decipher.final()]).toString();
    return this.#ivOf(key).equals(iv) ? key : null;
  }

  /** The same key is always sealed to the same name, and any other name is refused. */
  #ivOf(key: string): Buffer {
    return createHmac('sha256', this.#check).update(key).digest().subarray(0, IV);
  }
}
