// A mail of the quarantine as it is read and downloaded through the API.
import { randomBytes, randomUUID } from 'node:crypto';
import { createDomain } from '@pochtar/store/directory';
import { acceptMails, keepMail } from '@pochtar/store/queue';
import { createAccounts, newContent } from '@pochtar/testkit/ground';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD, type RunningConsole, runConsole, type Visitor } from './running-console.ts';

let running: RunningConsole;
let admin: Visitor;

beforeAll(async () => {
  running = await runConsole({ beside: ['delivery'] });
  await createDomain(running.ground.db, 'other.test');
  await createAccounts(running.ground.db, ['anna'], { password: PASSWORD });
  admin = await running.loggedIn('root');
});
afterAll(() => running[Symbol.asyncDispose]());

async function quarantined(body: Buffer, to = 'anna@demo.test'): Promise<string> {
  const { db, blobs } = running.ground;
  const id = randomUUID();
  const head =
    'Return-Path: <x@far.test>\r\nReceived: from a by b; Thu, 1 Jan 2026 10:00:00 +0000\r\nSubject: bait\r\n\r\n';
  const content = await newContent(blobs, Buffer.concat([Buffer.from(head), body]), id);
  await acceptMails(db, [
    {
      ...{ id, content, acceptedAt: new Date(), reversePath: 'x@far.test', origin: 'incoming' },
      ...{
        protocol: 'ESMTP',
        slip: ['dlp'],
        step: 'dlp',
        settingsRevision: 1,
        recipients: [{ address: to }],
      },
    },
  ]);
  await keepMail(db, id, { filter: 'dlp' }, 'dlp: words');
  return id;
}

const download = (mail: string, { cookie }: Visitor) =>
  fetch(`${running.url}/api/v1/quarantine/${mail}/content`, { headers: { cookie } });

const logged = async (mail: string) =>
  running.ground.db.query<{ action: string; author: string }>({
    text: 'select action, author from audit.entry where object = $1 order by id',
    values: [mail],
  });

test('a download is the mail octet by octet, an attachment that no browser renders, and one line of the log', async () => {
  const body = randomBytes(1_300_000);
  const mail = await quarantined(body);
  const response = await download(mail, admin);
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'message/rfc822',
    'content-disposition': `attachment; filename="${mail}.eml"`,
    'content-length': String(bytes.length),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  expect(bytes.subarray(-body.length).equals(body)).toBe(true);
  expect(await logged(mail)).toEqual([{ action: 'quarantine.content', author: 'console:root' }]);
});

test('an auditor sees list and header, and neither text nor the mail; what is outside of the domains does not exist', async () => {
  const mail = await quarantined(Buffer.from('secret words\r\n'), 'x@other.test');
  const auditor = await running.loggedIn('auditor');
  const shown = await auditor.call('GET', `/quarantine/${mail}`);
  expect(shown).toMatchObject({ status: 200, body: { mail: { subject: 'bait', filter: 'dlp' } } });
  expect(JSON.stringify(shown.body)).not.toContain('secret words');
  const demo = await running.loggedIn('demo');
  for (const visitor of [auditor, demo]) {
    expect((await visitor.call('GET', `/quarantine/${mail}/text`)).status).toBe(404);
    expect((await download(mail, visitor)).status).toBe(404);
  }
  expect((await demo.call('GET', `/quarantine/${mail}`)).status).toBe(404);
  const { body } = await admin.call('GET', `/quarantine/${mail}/text`);
  expect(body).toMatchObject({ texts: [{ type: 'text/plain', text: 'secret words' }], attachments: [] });
  expect((await logged(mail)).filter(({ author }) => author === 'console:root')).toEqual([
    { action: 'quarantine.read', author: 'console:root' },
  ]);
});
