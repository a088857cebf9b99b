// What a script may ask besides the mail: mailboxes (RFC 5490 §3.1, RFC 8579 §3.1), the server (RFC 5183), and
// whether such a mail came before (RFC 7352).
import { createHash } from 'node:crypto';
import type { TestDefinition } from '../definition.ts';
import { MATCH_TAGS, matchOf, valuesOf } from '../match.ts';

export const mailboxExists: TestDefinition = {
  name: 'mailboxexists',
  needs: 'mailbox',
  positional: ['strings'],
  compile(given) {
    const names = given.texts(0) ?? [];
    return (run) => valuesOf(names, run).every((name) => run.surroundings.hasMailbox(name));
  },
};

// RFC 8579 §3.1: in a mailbox that is named, or anywhere.
export const specialUseExists: TestDefinition = {
  name: 'specialuse_exists',
  needs: 'special-use',
  positional: ['string?', 'strings'],
  compile(given) {
    const [mailbox, uses] = [given.text(0), given.texts(1) ?? []];
    return (run) => {
      const name = mailbox?.(run);
      return valuesOf(uses, run).every((use) => {
        const holder = run.surroundings.specialUse(use);
        return holder !== null && (name === undefined || name === holder);
      });
    };
  },
};

export const environment: TestDefinition = {
  name: 'environment',
  needs: 'environment',
  tags: MATCH_TAGS,
  positional: ['string', 'strings'],
  compile(given, compiler) {
    const [name, keys] = [given.text(0), given.texts(1) ?? []];
    const match = matchOf(given, compiler);
    return (run) => {
      const key = name?.(run).toLowerCase() ?? '';
      const items = run.surroundings.environment;
      // RFC 5183 §4: an item that nobody knows matches nothing.
      const values = Object.hasOwn(items, key) ? [items[key] as string] : [];
      return match(run, values, valuesOf(keys, run));
    };
  },
};

const WEEK_SECONDS = 7 * 86_400;
/** RFC 7352 §3.1: longer ones are cut to what is kept here. */
const LONGEST_SECONDS = 30 * 86_400;

export const duplicate: TestDefinition = {
  name: 'duplicate',
  needs: 'duplicate',
  tags: {
    header: { takes: 'string' },
    uniqueid: { takes: 'string' },
    handle: { takes: 'string' },
    seconds: { takes: 'number' },
    last: { takes: 'nothing' },
  },
  compile(given) {
    given.oneOf(['header', 'uniqueid']);
    const [header, uniqueId, handle] = [given.text('header'), given.text('uniqueid'), given.text('handle')];
    const seconds = Math.min(given.number('seconds') ?? WEEK_SECONDS, LONGEST_SECONDS);
    const isLast = given.has('last');
    return (run) => {
      const [field] = run.fields.named(header?.(run) ?? 'message-id');
      const value = uniqueId?.(run) ?? (field === undefined ? '' : run.fields.text(field));
      // RFC 7352 §3: what has no such field, or an empty one, is no duplicate.
      if (value === '') return false;
      const id = createHash('sha256')
        .update(JSON.stringify([handle?.(run) ?? '', value]))
        .digest('base64url');
      return run.wasSeen({ id, seconds, isLast });
    };
  },
};
