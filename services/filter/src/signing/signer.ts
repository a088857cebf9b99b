// Signs mail of ours with the keys of its author's domain, as it leaves: with what the filters before made of it, and with
// the sender that the relay demands. Without a key, or when signing fails, it goes unsigned and the reason says so: a
// signature is never worth a mail.
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { metrics } from '@opentelemetry/api';
import {
  type Address,
  behindReturnPath,
  domainKey,
  listedAddresses,
  parseAddress,
  parseHeaderFields,
} from '@pochtar/mail';
import { gather } from '@pochtar/runtime';
import { isTransient, outgoingMessage } from '@pochtar/service';
import { BlobMissing } from '@pochtar/store/blob';
import { openDkimKey, type SealedDkimKey, signingKeys } from '@pochtar/store/directory';
import { contentSoFar, replacements } from '@pochtar/store/queue';
import type { ContentTools, JudgedMail, Verdict } from '../filter.ts';
import { signMessage, type SigningKey } from './sign-message.ts';

/** Opened keys that are remembered. */
const MAX_KEPT = 500;

export class Signer {
  readonly #tools: ContentTools;
  readonly #keysOf: (domain: string) => Promise<SealedDkimKey[]>;
  /** By the sealed text: another key under the same name is not taken for this one. */
  readonly #opened = new Map<string, KeyObject>();
  readonly #signed = metrics.getMeter('filter').createCounter('filter.dkim.signed', {
    description: 'mails of ours by whether they were signed',
  });

  constructor(tools: ContentTools) {
    this.#tools = tools;
    // Read for each mail, since a key that is retired must not sign one more; mails of a moment share the statement.
    this.#keysOf = gather(
      async (domains: string[]) => {
        const keys = await signingKeys(tools.db, [...new Set(domains)]);
        return domains.map((domain) => keys.filter((key) => key.domain === domain));
      },
      { maxItems: 100, concurrency: 2 },
    );
  }

  async judge(mail: JudgedMail): Promise<Verdict> {
    if (!this.#tools.current('dkim').sign) return this.#unsigned('signing is switched off');
    try {
      return await this.#sign(mail);
    } catch (error) {
      // The database and the volume come back: the mail waits for them as at every other step.
      if (isTransient(error) || error instanceof BlobMissing) throw error;
      this.#tools.log.error({ err: error, mail: mail.id }, 'a mail could not be signed and goes unsigned');
      return this.#unsigned('it could not be signed');
    }
  }

  async #sign(mail: JudgedMail): Promise<Verdict> {
    const { db, blobs } = this.#tools;
    // What a filter has put in place of the mail takes no field from us.
    const onMail = mail.verdicts.filter(({ recipient }) => recipient === '');
    if (replacements(mail.slip, onMail).length > 0) return this.#unsigned('its content was replaced');
    const content = await contentSoFar(db, mail);
    if (content === null) throw new Error('its content row is missing');
    const sender = this.#sender;
    const message = await outgoingMessage(blobs, content, sender);
    const pieces = message.bytes();
    const first = await pieces.next();
    const header: Buffer = first.value ?? Buffer.alloc(0);
    const domain = authorDomain(header, mail, sender !== null);
    const keys = domain === null ? [] : await this.#openKeys(await this.#keysOf(domain));
    if (keys.length === 0) {
      await pieces.return(undefined);
      return this.#unsigned(
        domain === null ? 'its author is not of the sender’s domain' : `${domain} has no key that signs`,
      );
    }
    const fields = await signMessage(joined(header, pieces), keys, new Date());
    const stored = await blobs.read(mail.content.blob, { start: 0, end: mail.content.headerLength });
    const { prefix, removed } = behindReturnPath(stored, fields, null);
    this.#signed.add(1, { signed: 'yes' });
    const reason = `signed: ${keys.map(({ selector }) => `${selector}._domainkey.${domain}`).join(', ')}`;
    return { kind: 'verdict', result: 'accept', reason, prefix, ...(removed !== null && { removed }) };
  }

  /** Who the relay demands in From; the sender of the mail obeys the same setting. */
  get #sender(): Address | null {
    const { host, rewriteSender, senderAddress } = this.#tools.current('relay');
    return host !== '' && rewriteSender ? parseAddress(senderAddress) : null;
  }

  #unsigned(reason: string): Verdict {
    this.#signed.add(1, { signed: 'no' });
    return { kind: 'verdict', result: 'accept', reason: `not signed: ${reason}` };
  }

  /** One that does not open (another master key, a damaged row) is left out: the others sign. */
  async #openKeys(sealed: readonly SealedDkimKey[]): Promise<SigningKey[]> {
    const keys: SigningKey[] = [];
    for (const one of sealed) {
      const { domain, selector, algorithm } = one;
      try {
        keys.push({ domain, selector, algorithm, key: await this.#open(one) });
      } catch (error) {
        this.#tools.log.error({ err: error, domain, selector }, 'a signing key does not open');
      }
    }
    return keys;
  }

  async #open(sealed: SealedDkimKey): Promise<KeyObject> {
    const name = sealed.sealed.toString('base64');
    const known = this.#opened.get(name);
    if (known !== undefined) return known;
    const key = createPrivateKey(openDkimKey(await this.#tools.masterKey(), sealed));
    if (this.#opened.size >= MAX_KEPT) this.#opened.clear();
    this.#opened.set(name, key);
    return key;
  }
}

/** RFC 9989: what a signature is worth depends on From. Whoever sends without a login speaks for its envelope's domain only. */
function authorDomain(
  header: Buffer,
  { accountId, origin, reversePath }: JudgedMail,
  isRewritten: boolean,
): string | null {
  const from = parseHeaderFields(header).filter(({ lower }) => lower === 'from');
  // RFC 5322 §3.6: once.
  if (from.length !== 1) return null;
  const authors = listedAddresses(from[0]?.value ?? '').flatMap(({ address }) => address ?? []);
  const [domain, ...others] = new Set(authors.map((author) => domainKey(author.domain)));
  if (domain === undefined || others.length > 0) return null;
  const envelope = parseAddress(reversePath);
  const isOwn = isRewritten || origin === 'system' || accountId !== null || envelope === null;
  return isOwn || domainKey(envelope.domain) === domain ? domain : null;
}

async function* joined(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}
