// RFC 5321 §4.1.2: local parts that need quotes, on their way into a mailbox, to the far side and back.
import { createAccount, createName } from '@pochtar/store/directory';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRawSide } from './far-side.ts';
import { noticesIn } from './notices.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';
import { sending, type Sending } from './sending.ts';

let office: PostOffice;
let { sent, newDomain } = {} as Sending;
beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
  ({ sent, newDomain } = sending(office));
  const domain = 'demo.test';
  await createAccount(office.db, 'all', {
    ...{ address: '"john doe"@demo.test', domain, passwordHash: null, folders: [] },
  });
  const targets = ['"john doe"@demo.test'];
  await createName(office.db, 'all', { kind: 'alias', address: '"all of us"@demo.test', domain, targets });
});
afterAll(() => office[Symbol.asyncDispose]());

/** Takes everything but the recipients that match. */
function farSide(domain: string, refused: RegExp) {
  let isData = false;
  return startRawSide(office, domain, (line) => {
    if (isData) {
      if (line !== '.') return undefined;
      isData = false;
      return '250 taken';
    }
    if (line === '(connected)') return '220 far.test';
    if (line.startsWith('RCPT') && refused.test(line)) return '550 5.1.1 nobody';
    isData = line === 'DATA';
    return isData ? '354 go on' : '250 ok';
  });
}

const recipient = (address: string) => ({ address, accountId: null });

test('a mailbox and an alias in quotes are found and get their mail', async () => {
  const mail = await sent({ to: [recipient('"all of us"@demo.test')] });
  expect((await office.trace(mail)).map((one) => `${one.recipient} ${one.outcome}`)).toContain(
    '"john doe"@demo.test delivered',
  );
});

test('the far side gets them in quotes where they need some, those of rows without quotes too', async () => {
  const domain = newDomain();
  await using far = await farSide(domain, /nobody is refused/);
  const to = [`"jane doe"@${domain}`, `jane@${domain}`, `old row@${domain}`, `"a\\"@b"@${domain}`];
  await sent({ to: to.map(recipient), reversePath: '"john doe"@demo.test' });
  expect(far.lines.filter((line) => line.startsWith('MAIL'))[0]).toMatch(
    /^MAIL FROM:<"john doe"@demo\.test>/,
  );
  const said = far.lines.flatMap((line) => /^RCPT TO:(<.*>)/.exec(line)?.[1] ?? []);
  expect(said.toSorted()).toEqual(
    [
      `<"jane doe"@${domain}>`,
      `<jane@${domain}>`,
      `<"old row"@${domain}>`,
      `<"a\\"@b"@${domain}>`,
    ].toSorted(),
  );
});

test('RFC 3464 §2.3.2: a notice names them in quotes', async () => {
  const domain = newDomain();
  await using _far = await farSide(domain, /jane/);
  await sent({ to: [recipient(`"jane doe"@${domain}`)] });
  await expect.poll(async () => (await noticesIn(office, 'anna')).length, { timeout: 20_000 }).toBe(1);
  const [notice] = await noticesIn(office, 'anna');
  expect(notice?.status[1]?.['final-recipient']).toBe(`rfc822; "jane doe"@${domain}`);
  expect(notice?.text).toContain(`<"jane doe"@${domain}>`);
});
