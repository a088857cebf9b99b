// What smtp would say of a mail that nobody sends, by settings that nobody saved: its lists, the size, the content, each
// recipient, and the filters that the mail would have to pass. Nothing is left of it.
import {
  type Bus,
  connectBus,
  offerPieces,
  tryQuestion,
  TRIER_MS,
  type TryReply,
  type TryRequest,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { defaultDocument, type SectionName, type Settings } from '@pochtar/settings';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SmtpHarness, startSmtp } from './harness.ts';

let smtp: SmtpHarness;
let settings: Bus;
beforeAll(async () => {
  smtp = await startSmtp();
  const { url, password } = smtp.nats;
  settings = await connectBus({ url, user: 'settings', password, name: 'test', log: silentLogger() });
});
afterAll(async () => {
  await settings[Symbol.asyncDispose]();
  await smtp[Symbol.asyncDispose]();
});

const FRONT = 'Return-Path: <a@remote.test>\r\nReceived: from x by y\r\n';

async function tried(changed: Partial<TryRequest> = {}, mail = 'Subject: x\r\n\r\nx\r\n'): Promise<TryReply> {
  using pieces = offerPieces(settings, Buffer.from(`${FRONT}${mail}`));
  const request: TryRequest = {
    ...{ origin: 'incoming', reversePath: 'a@remote.test', recipients: ['nobody@demo.test'] },
    ...{ clientAddress: '192.0.2.1', helo: 'remote.test', mail: pieces.offer, frontBytes: FRONT.length },
    ...{ settings: {}, slip: [], earlier: [] },
    ...changed,
  };
  return await settings.ask(tryQuestion('smtp'), request, TRIER_MS);
}

/** Whole documents, as the settings process gives them. */
function draft(parts: { [N in SectionName]?: Partial<Settings[N]> }): Pick<TryRequest, 'settings'> {
  const names = Object.keys(parts) as SectionName[];
  const documents = names.map((name) => [name, { ...defaultDocument(name), ...parts[name] }]);
  return { settings: JSON.parse(JSON.stringify(Object.fromEntries(documents))) as TryRequest['settings'] };
}

const words = ({ said }: TryReply) =>
  said.map(({ recipient, result, reason }) => `${recipient} ${result} ${reason}`);

test('a mailbox that is not there, and a domain that is not ours, are refused for whom it concerns only', async () => {
  const recipients = ['nobody@demo.test', 'x@elsewhere.test'];
  expect(words(await tried({ recipients }))).toEqual([
    ' accept nothing against it',
    expect.stringMatching(/^nobody@demo\.test reject 550 5\.1\.1 /),
    expect.stringMatching(/^x@elsewhere\.test reject 550 5\.7\.1 /),
  ]);
  // Who has logged in sends anywhere.
  expect(words(await tried({ recipients: ['x@elsewhere.test'], origin: 'submitted' }))).toEqual([
    ' accept nothing against it',
  ]);
});

test('the size and the slip are those of the draft, whatever is saved', async () => {
  const large = `Subject: x\r\n\r\n${'x'.repeat(70)}\r\n`.repeat(20_000);
  const limited = draft({ sending: { maxMessageSizeMb: 1 } });
  expect(words(await tried(limited, large))[0]).toMatch(/^ reject 552 5\.3\.4 /);
  expect(words(await tried({}, large))[0]).toBe(' accept nothing against it');
  const scanned = await tried(
    draft({ antivirus: { clamavEnabled: true, clamavAddress: '127.0.0.1:3310' }, dkim: { verify: true } }),
  );
  expect(scanned.slip).toEqual(['antivirus', 'dkim']);
  const off = { antivirus: { clamavEnabled: false, kasperskyEnabled: false, drwebEnabled: false } };
  expect((await tried(draft({ ...off, dkim: { verify: false } }))).slip).toEqual([]);
});

test('the lists: a black client or sender is refused, a white client is spared, and nothing is counted', async () => {
  await smtp.setLists({ black: ['192.0.2.66', 'spam@remote.test'], white: ['192.0.2.7'] });
  const black = await tried({ clientAddress: '192.0.2.66' });
  expect(words(black)).toEqual([expect.stringMatching(/^ reject 554 5\.7\.1 /)]);
  const name = await tried({ reversePath: 'spam@remote.test' });
  expect(words(name)[1]).toMatch(/^nobody@demo\.test reject 554 5\.7\.1 /);
  expect(await tried({ clientAddress: '192.0.2.7' })).toMatchObject({ isSpared: true });
  expect(await tried()).toMatchObject({ isSpared: false });
  const [row] = await smtp.db.query({ text: 'select sum(hits)::int as hits from lists.entry' });
  expect(row).toEqual({ hits: 0 });
  expect(await smtp.mails()).toEqual([]);
});

test('what is refused at the end of data is said too: a NUL in the content', async () => {
  expect(words(await tried({}, 'Subject: x\r\n\r\n\0\r\n'))[0]).toMatch(/^ reject 550 5\.6\.11 /);
});
