// What other servers offer, and what mail needs of them.
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startRawSide } from './far-side.ts';
import { noticesIn } from './notices.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';
import { sending, type Sending } from './sending.ts';

let office: PostOffice;
let { newDomain, farSide, sent } = {} as Sending;
beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
  ({ newDomain, farSide, sent } = sending(office));
});
afterAll(() => office[Symbol.asyncDispose]());
beforeEach(() => office.clearMailboxes());

describe('extensions', () => {
  test('RFC 3461 §5.2.1: DSN parameters go on where they are offered, and then no notice of ours', async () => {
    await using far = await farSide();
    const to = [
      { address: `x@${far.domain}`, notify: 'SUCCESS,FAILURE', originalRecipient: 'rfc822;x+2By@d' },
    ];
    await sent({ to, dsnReturn: 'HDRS', dsnEnvelopeId: 'a+2Bb' });
    expect(far.received[0]?.parameters).toMatchObject({
      mail: { RET: 'HDRS', ENVID: 'a+b' },
      rcpt: [{ NOTIFY: 'SUCCESS,FAILURE', ORCPT: 'rfc822;x+y@d' }],
    });
    expect(await office.messages('anna')).toEqual([]);
  });

  test('RFC 3461 §5.2.2: where they are not, NOTIFY=SUCCESS is answered with "relayed"', async () => {
    await using far = await farSide({ options: { hideDSN: true } });
    await sent({ to: [{ address: `x@${far.domain}`, notify: 'SUCCESS' }] });
    expect(far.received[0]?.parameters.rcpt).toEqual([{}]);
    await eventually(async () => {
      expect((await noticesIn(office, 'anna'))[0]?.status[1]).toMatchObject({
        action: 'relayed',
        status: '2.1.9',
      });
    });
  });

  test('RFC 6152: 8-bit content is declared where it is taken, and converted where it is not', async () => {
    const text = Buffer.from('Subject: x\r\n\r\n\xe9\r\n', 'latin1');
    await using takes = await farSide();
    await sent({ to: [`x@${takes.domain}`], text, body: '8BITMIME' });
    expect(takes.received[0]?.parameters.mail).toMatchObject({ BODY: '8BITMIME' });
    expect(takes.received[0]?.text).toContain('\xe9');
    await using refuses = await farSide({ options: { hide8BITMIME: true } });
    const mail = await sent({ to: [`x@${refuses.domain}`], text, body: '8BITMIME' });
    expect(await office.trace(mail)).toMatchObject([
      { outcome: 'relayed', detail: expect.stringMatching(/\(TLS 1\.3, converted to 7 bit\)$/) },
    ]);
    expect(refuses.received[0]?.parameters.mail).not.toHaveProperty('BODY');
    expect(refuses.received[0]?.text).toMatch(/Content-Transfer-Encoding: base64\r\n\r\n6Q0K\r\n$/);
    await sent({ to: [`x@${refuses.domain}`] });
    expect(refuses.received).toHaveLength(2);
  });

  test('RFC 1847 §2.1: what is signed as it stands is not converted, but returned with 5.6.3 and the reason', async () => {
    await using refuses = await farSide({ options: { hide8BITMIME: true } });
    const text =
      'MIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n\xe9\r\n--b--\r\n';
    const mail = await sent({ to: [`x@${refuses.domain}`], text, body: '8BITMIME' });
    expect(await office.trace(mail)).toMatchObject([
      {
        outcome: 'bounced',
        detail: expect.stringMatching(/5\.6\.3 .*cannot be converted: it has 8-bit octets/),
      },
    ]);
    expect(refuses.received).toEqual([]);
  });

  test('RFC 6152 §3: 7-bit content is sent without BODY, also to a server that offers 8BITMIME and refuses it', async () => {
    const domain = newDomain();
    await using far = await startRawSide(office, domain, (line) => {
      if (line === '(connected)') return '220 raw ESMTP';
      if (line.startsWith('EHLO')) return '250-raw\r\n250 8BITMIME';
      if (line.startsWith('MAIL') && line.includes('BODY=')) return '554 5.6.1 no BODY here';
      if (/^(?:MAIL|RCPT|RSET)/.test(line)) return '250 ok';
      if (line === 'DATA') return '354 go';
      return line === '.' ? '250 taken' : undefined;
    });
    // As acceptance has found it, and where it has not looked.
    const mails = [await sent({ to: [`x@${domain}`], body: '7BIT' }), await sent({ to: [`x@${domain}`] })];
    for (const mail of mails) expect(await office.trace(mail)).toMatchObject([{ outcome: 'relayed' }]);
    expect(far.lines.filter((line) => line.startsWith('MAIL')).every((line) => !line.includes('BODY'))).toBe(
      true,
    );
  });

  test('RFC 6531: UTF-8 addresses go only where SMTPUTF8 is offered, else 5.6.7; headers are written without it', async () => {
    await using takes = await farSide();
    await sent({ to: [`ящик@${takes.domain}`], smtpUtf8: true });
    expect(takes.received[0]).toMatchObject({
      to: [`ящик@${takes.domain}`],
      parameters: { mail: { SMTPUTF8: true } },
    });
    await sent({ to: [`x@${takes.domain}`], smtpUtf8: true, text: Buffer.from('Subject: тема\r\n\r\n') });
    expect(takes.received[1]?.parameters.mail).toMatchObject({ SMTPUTF8: true });
    await using refuses = await farSide({ options: { hideSMTPUTF8: true } });
    const mail = await sent({ to: [`ящик@${refuses.domain}`, `ascii@${refuses.domain}`], smtpUtf8: true });
    expect(await office.trace(mail)).toMatchObject([
      { recipient: `ascii@${refuses.domain}`, outcome: 'relayed' },
      { recipient: `ящик@${refuses.domain}`, outcome: 'bounced', detail: expect.stringContaining('5.6.7') },
    ]);
    const header = await sent({
      to: [`x@${refuses.domain}`],
      smtpUtf8: true,
      text: Buffer.from('Subject: тема\r\n\r\n'),
    });
    expect((await office.trace(header))[0]?.detail).toContain('converted to 7 bit');
    expect(refuses.received.at(-1)?.text).toContain('Subject: =?UTF-8?B?');
    expect(refuses.received.at(-1)?.parameters.mail).not.toHaveProperty('SMTPUTF8');
    const address = await sent({
      to: [`x@${refuses.domain}`],
      smtpUtf8: true,
      text: Buffer.from('From: ящик@demo.test\r\n\r\n'),
    });
    expect((await office.trace(address))[0]?.detail).toMatch(
      /5\.6\.7 .*a field of its header has no form in US-ASCII/,
    );
  });
});
