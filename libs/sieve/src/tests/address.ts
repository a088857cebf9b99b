// Tests of addresses in header and envelope: RFC 5228 §5.1, §5.4; their parts: §2.7.4 and RFC 5233.
import { listedAddresses, parseAddress, type Address } from '@pochtar/mail';
import type { BoundArguments, Tag } from '../arguments.ts';
import type { TestDefinition } from '../definition.ts';
import { SieveError } from '../error.ts';
import { MATCH_TAGS, matchOf, valuesOf } from '../match.ts';
import { choiceOf, INDEX_TAGS } from './header.ts';

/** What divides the local part from the detail, RFC 5233 §4. */
const SEPARATOR = '+';

const PART_TAGS: Readonly<Record<string, Tag>> = {
  all: { takes: 'nothing' },
  localpart: { takes: 'nothing' },
  domain: { takes: 'nothing' },
  user: { takes: 'nothing', needs: 'subaddress' },
  detail: { takes: 'nothing', needs: 'subaddress' },
};

/** Undefined: it has no such part, and the test does not look at it. */
type PartOf = (address: Address) => string | undefined;

const PARTS: Readonly<Record<string, PartOf>> = {
  all: ({ localPart, domain }) => `${localPart}@${domain}`,
  localpart: ({ localPart }) => localPart,
  domain: ({ domain }) => domain,
  user: ({ localPart }) => localPart.split(SEPARATOR, 1)[0],
  detail: ({ localPart }) => {
    const at = localPart.indexOf(SEPARATOR);
    return at < 0 ? undefined : localPart.slice(at + 1);
  },
};

function partOf(given: BoundArguments): PartOf {
  return PARTS[given.oneOf(Object.keys(PARTS)) ?? 'all'] as PartOf;
}

// RFC 5228 §5.1: fields that hold addresses, and no others.
const ADDRESS_FIELDS = new Set([
  ...['from', 'to', 'cc', 'bcc', 'sender', 'reply-to', 'return-path', 'delivered-to', 'x-original-to'],
  ...['resent-from', 'resent-to', 'resent-cc', 'resent-bcc', 'resent-sender', 'resent-reply-to'],
  ...['errors-to', 'envelope-to', 'apparently-to', 'disposition-notification-to', 'mail-followup-to'],
]);

export const address: TestDefinition = {
  name: 'address',
  tags: { ...MATCH_TAGS, ...PART_TAGS, ...INDEX_TAGS },
  positional: ['strings', 'strings'],
  compile(given, compiler) {
    const [names, keys] = [given.texts(0) ?? [], given.texts(1) ?? []];
    for (const { constant } of names) {
      if (constant !== undefined && !ADDRESS_FIELDS.has(constant.toLowerCase())) {
        throw new SieveError(given.placeOf(0), `a field ${constant} holds no addresses: use the test header`);
      }
    }
    const [match, part, choice] = [matchOf(given, compiler), partOf(given), choiceOf(given)];
    return (run) => {
      const fields = valuesOf(names, run).filter((name) => ADDRESS_FIELDS.has(name.toLowerCase()));
      const values = fields
        .flatMap((name) => choice(run.fields.named(name)))
        .flatMap(({ raw }) => listedAddresses(raw))
        .flatMap(({ address: one }) => (one === null ? [] : (part(one) ?? [])));
      return match(run, values, valuesOf(keys, run));
    };
  },
};

export const envelope: TestDefinition = {
  name: 'envelope',
  needs: 'envelope',
  tags: { ...MATCH_TAGS, ...PART_TAGS },
  positional: ['strings', 'strings'],
  compile(given, compiler) {
    const [parts, keys] = [given.texts(0) ?? [], given.texts(1) ?? []];
    for (const { constant } of parts) {
      if (constant !== undefined && !/^(?:from|to)$/i.test(constant)) {
        throw new SieveError(
          given.placeOf(0),
          `the envelope has "from" and "to", not ${JSON.stringify(constant)}`,
        );
      }
    }
    const [match, part] = [matchOf(given, compiler), partOf(given)];
    return (run) => {
      const { from, to } = run.mail.envelope;
      const paths = valuesOf(parts, run).flatMap((name) => {
        if (/^from$/i.test(name)) return [from];
        return /^to$/i.test(name) ? [to] : [];
      });
      // RFC 5228 §5.4: the null reverse path is the empty string, whatever part of it is asked for.
      const values = paths.flatMap((path) => (path === null ? '' : (partOfPath(path, part) ?? [])));
      return match(run, values, valuesOf(keys, run));
    };
  },
};

function partOfPath(path: string, part: PartOf): string | undefined {
  const read = parseAddress(path);
  return read === null ? undefined : part(read);
}
