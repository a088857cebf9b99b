// NOTIFY (RFC 5465) beyond what the dialogues in transcripts/ show: limits, what the bus has lost, a session that ends.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMailbox, deleteMailbox } from '@pochtar/store/mailbox';
import { ImapClient } from './imap-client.ts';
import { type Installation, startInstallation } from './installation.ts';

let imap: Installation;
beforeAll(async () => {
  imap = await startInstallation();
});
afterAll(() => imap[Symbol.asyncDispose]());

async function client(): Promise<{ account: string; accountId: number; one: ImapClient; two: ImapClient }> {
  const account = await imap.newAccount();
  const target = { host: imap.host, port: imap.ports.imap };
  const [one, two] = [await ImapClient.open(target), await ImapClient.open(target)];
  for (const each of [one, two]) await each.ok(`LOGIN ${account} secret`);
  return { account, accountId: imap.accounts[account] as number, one, two };
}

test('RFC 5465 §3.1: more names than are watched are refused with NOTIFICATIONOVERFLOW', async () => {
  const { one } = await client();
  using _ = one;
  const names = (count: number): string =>
    Array.from({ length: count }, (_each, index) => `m${index}`).join(' ');
  await one.ok(`NOTIFY SET (mailboxes (${names(200)}) (MailboxName))`);
  const { status, text } = await one.command(`NOTIFY SET (mailboxes (${names(201)}) (MailboxName))`);
  expect(`${status} ${text}`).toMatch(/^NO \[NOTIFICATIONOVERFLOW\]/);
});

test('RFC 5465 §5.8: when more happens at once than is told, that is said, and nothing more is told', async () => {
  const { one, two, accountId } = await client();
  using _ = one;
  using _two = two;
  await one.ok('NOTIFY SET (personal (MailboxName))');
  // Past the bus: the next hint tells of all of them.
  for (let index = 0; index < 300; index++) await createMailbox(imap.db, accountId, `top${index}/below`);
  await two.ok('CREATE hint');
  expect(await one.line()).toMatch(/^\* OK \[NOTIFICATIONOVERFLOW\] /);
  await two.ok('CREATE another');
  expect(await one.ok('NOOP')).toEqual([]);
});

test('what the bus has lost is told with the next change', async () => {
  const { one, two, accountId } = await client();
  using _ = one;
  using _two = two;
  await createMailbox(imap.db, accountId, 'old');
  await one.ok('NOTIFY SET (personal (MailboxName))');
  await createMailbox(imap.db, accountId, 'lost');
  await deleteMailbox(imap.db, accountId, 'old');
  await two.ok('SUBSCRIBE INBOX');
  expect([await one.line(), await one.line()].toSorted()).toEqual([
    '* LIST (\\HasNoChildren) "/" lost',
    '* LIST (\\Noselect \\NonExistent \\HasNoChildren) "/" old',
  ]);
});

test('a mailbox that is deleted while its changes are told ends the session that has it selected', async () => {
  const { one, two } = await client();
  using _ = one;
  using _two = two;
  await two.ok('CREATE Soon');
  await one.ok('SELECT Soon');
  await one.ok('NOTIFY SET (selected (MessageNew MessageExpunge))');
  await two.ok('DELETE Soon');
  expect(await one.line()).toMatch(/^\* BYE /);
});
