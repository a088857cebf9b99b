// The queries of the programs that people have, as those programs make them of what is typed. Each stands in its source or in
// what it sends; tests of this service put the same through other programs.
import type { BookProgram } from '@pochtar/bus';
import { listViewRequest } from '../protocol/controls/list-view.ts';
import { sortRequest } from '../protocol/controls/sorting.ts';
import type { Filter } from '../protocol/filter.ts';
import type { Control } from '../protocol/message.ts';

export interface ProgramQuery {
  readonly filter: Filter;
  readonly attributes: readonly string[];
  readonly controls: readonly Control[];
  /** 0: none. */
  readonly sizeLimit: number;
}

/** As our set-up files have it; Outlook's and Roundcube's own. */
const MAX_HITS = 100;
/** Entries of Outlook's window for browsing, behind the one that is looked for. */
const WINDOW = 19;

export function queryOf(program: BookProgram, text: string): ProgramQuery {
  return makers[program](text);
}

const makers: Readonly<Record<BookProgram, (text: string) => ProgramQuery>> = {
  // Its template: (|(cn=*%v1*%v2-*)(mail=*%v*)(givenName=*%v1*)(sn=*%v*)); %v1 is the first word, %v2- what follows.
  thunderbird(typed) {
    const text = typed.toLowerCase();
    const [first = '', ...others] = text.split(' ').filter((word) => word !== '');
    const rest = others.join(' ');
    const parts = [
      containing('cn', ...(rest === '' ? [first] : [first, rest])),
      containing('mail', text),
      containing('givenName', first),
      containing('sn', text),
    ];
    const attributes = [
      ...['cn', 'commonname', 'mail', 'mozillaSecondEmail', 'xmozillasecondemail', 'objectClass'],
    ];
    return { filter: or(...parts), attributes, controls: [], sizeLimit: MAX_HITS };
  },
  outlook(text) {
    const parts = or(
      beginning('mail', text),
      or(beginning('cn', text), or(beginning('sn', text), beginning('givenName', text))),
    );
    return {
      filter: and({ kind: 'present', attribute: 'mail' }, parts),
      ...{ attributes: outlookAttributes, controls: [], sizeLimit: MAX_HITS },
    };
  },
  outlookList(text) {
    return {
      filter: and({ kind: 'present', attribute: 'mail' }, { kind: 'present', attribute: 'cn' }),
      attributes: outlookAttributes,
      controls: [sortRequest('cn'), listViewRequest(0, WINDOW, text)],
      sizeLimit: 0,
    };
  },
  apple(text) {
    const people = or(
      { kind: 'equal', attribute: 'objectClass', value: 'inetOrgPerson' },
      { kind: 'equal', attribute: 'objectClass', value: 'person' },
    );
    const words = or(
      containing('cn', text),
      ...['sn', 'givenName', 'mail', 'uid'].map((attribute) => beginning(attribute, text)),
    );
    const attributes = ['givenName', 'sn', 'cn', 'mail', 'telephoneNumber', 'mobile', 'title', 'ou', 'o'];
    return { filter: and(people, words), attributes, controls: [], sizeLimit: 0 };
  },
  roundcube(text) {
    const words = or(...['cn', 'givenName', 'sn', 'mail'].map((attribute) => containing(attribute, text)));
    const isOne = { kind: 'present', attribute: 'mail' } as const;
    const attributes = [
      'objectClass',
      'cn',
      'sn',
      'givenName',
      'mail',
      'mailAlternateAddress',
      'title',
      'ou',
      'o',
    ];
    return { filter: and(isOne, words), attributes, controls: [], sizeLimit: 0 };
  },
};

const outlookAttributes = [
  'cn',
  'display-name',
  'mail',
  'sn',
  'givenName',
  'title',
  'telephoneNumber',
  'company',
];

function and(...parts: Filter[]): Filter {
  return { kind: 'and', parts };
}

function or(...parts: Filter[]): Filter {
  return { kind: 'or', parts };
}

export function containing(attribute: string, ...any: string[]): Filter {
  return { kind: 'substrings', attribute, initial: null, any, final: null };
}

function beginning(attribute: string, initial: string): Filter {
  return { kind: 'substrings', attribute, initial, any: [], final: null };
}
