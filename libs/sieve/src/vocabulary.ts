// All words of the language that this server knows, and the extensions that go with them.
import { ereject, reject, vacation } from './commands/answering.ts';
import { addHeader, deleteHeader } from './commands/header.ts';
import { global, include, returnCommand } from './commands/include.ts';
import { discard, fileInto, keep, redirect } from './commands/storing.ts';
import { flagCommands, set } from './commands/values.ts';
import type { CommandDefinition, TestDefinition } from './definition.ts';
import { address, envelope } from './tests/address.ts';
import { body } from './tests/body.ts';
import { currentDate, dateTest } from './tests/date.ts';
import { exists, header, size } from './tests/header.ts';
import { duplicate, environment, mailboxExists, specialUseExists } from './tests/surroundings.ts';
import { hasFlag, stringTest } from './tests/variables.ts';

export const COMMANDS: ReadonlyMap<string, CommandDefinition> = byName([
  ...[keep, discard, redirect, fileInto, reject, ereject, vacation],
  ...[set, ...flagCommands, addHeader, deleteHeader, include, returnCommand, global],
]);

export const TESTS: ReadonlyMap<string, TestDefinition> = byName([
  ...[address, envelope, header, exists, size, body, dateTest, currentDate],
  ...[mailboxExists, specialUseExists, environment, duplicate, stringTest, hasFlag],
]);

/** As `require` names them, and as ManageSieve lists them (RFC 5804 §1.7). */
export const EXTENSIONS: ReadonlySet<string> = new Set([
  ...['body', 'comparator-i;ascii-casemap', 'comparator-i;ascii-numeric', 'comparator-i;octet'],
  ...[
    'comparator-i;unicode-casemap',
    'copy',
    'date',
    'duplicate',
    'editheader',
    'encoded-character',
    'envelope',
  ],
  ...['environment', 'ereject', 'fcc', 'fileinto', 'imap4flags', 'include', 'index', 'mailbox', 'reject'],
  ...['relational', 'special-use', 'subaddress', 'vacation', 'vacation-seconds', 'variables'],
]);

/** What delivery carries out: no copies of answers (RFC 8580), no scripts in scripts (RFC 6609). */
export const CARRIED_OUT: ReadonlySet<string> = new Set(
  [...EXTENSIONS].filter((name) => name !== 'fcc' && name !== 'include'),
);

/** RFC 6131 §1: who requires the second one has the first. */
export const IMPLIED: Readonly<Record<string, string>> = { 'vacation-seconds': 'vacation' };

function byName<Definition extends { name: string }>(
  all: readonly Definition[],
): ReadonlyMap<string, Definition> {
  return new Map(all.map((definition) => [definition.name, definition]));
}
