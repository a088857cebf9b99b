// Commands that change the header: RFC 5293.
import type { CommandDefinition } from '../definition.ts';
import { SieveError } from '../error.ts';
import type { Field } from '../fields.ts';
import { MATCH_TAGS, matchOf, valuesOf } from '../match.ts';
import type { Run } from '../run.ts';
import { choiceOf } from '../tests/header.ts';

// RFC 5322 §2.2: printable US-ASCII without the colon.
const NAME = /^[\u0021-\u0039\u003b-\u007e]{1,100}$/;
// RFC 5293 §6: what tells where a mail came from and what was found stays, and so does what divides it into parts.
const KEPT = new Set([
  ...[
    'received',
    'return-path',
    'auto-submitted',
    'authentication-results',
    'arc-seal',
    'arc-message-signature',
  ],
  ...['arc-authentication-results', 'dkim-signature', 'mime-version', 'content-type'],
  ...['content-transfer-encoding', 'content-disposition'],
]);

function checkedName(name: string, run: Run): string {
  if (!NAME.test(name)) throw run.fault(`${JSON.stringify(name.slice(0, 100))} is no name of a field`);
  return name;
}

export const addHeader: CommandDefinition = {
  name: 'addheader',
  needs: 'editheader',
  tags: { last: { takes: 'nothing' } },
  positional: ['string', 'string'],
  compile(given) {
    const [name, value] = [given.text(0), given.text(1)];
    if (name?.constant !== undefined && !NAME.test(name.constant)) {
      throw new SieveError(given.placeOf(0), `${JSON.stringify(name.constant)} is no name of a field`);
    }
    const isLast = given.has('last');
    return (run) => {
      const field = checkedName(name?.(run) ?? '', run);
      // RFC 5293 §6: what may not be changed is left as it is, and the script goes on.
      if (KEPT.has(field.toLowerCase())) return;
      run.countAddedField();
      run.fields.add(field, (value?.(run) ?? '').slice(0, run.limits.addedFieldLength), isLast);
    };
  },
};

export const deleteHeader: CommandDefinition = {
  name: 'deleteheader',
  needs: 'editheader',
  tags: { ...MATCH_TAGS, index: { takes: 'number' }, last: { takes: 'nothing' } },
  positional: ['string', 'strings?'],
  compile(given, compiler) {
    const [name, patterns] = [given.text(0), given.texts(1)];
    const [match, choice] = [matchOf(given, compiler), choiceOf(given)];
    return (run) => {
      const field = checkedName(name?.(run) ?? '', run);
      // RFC 5293 §5: Received and Auto-Submitted at least cannot be deleted.
      if (KEPT.has(field.toLowerCase())) return;
      const keys = patterns === null ? null : valuesOf(patterns, run);
      const isMeant = (one: Field): boolean => keys === null || match(run, [run.fields.text(one)], keys);
      run.fields.remove(new Set(choice(run.fields.named(field)).filter(isMeant)));
    };
  },
};
