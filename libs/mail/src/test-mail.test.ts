import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { scanMail } from '../tests/scan-mail.ts';
import { buildTestMail } from './test-mail.ts';

test('a test mail has nothing to find fault with, says which server it is from, and is marked as automatic', async () => {
  const bytes = buildTestMail({
    from: { localPart: 'postmaster', domain: 'example.org' },
    to: { localPart: 'anna', domain: 'far.example' },
    date: new Date('2026-11-24T02:00:00Z'),
    messageId: '<1@mx.example.org>',
    server: 'mx.example.org',
    language: 'both',
  });
  expect(scanMail(bytes)).toMatchObject({ problems: [], hasBareLineBreaks: false, has8bit: false });
  const read = await PostalMime.parse(bytes);
  expect(read).toMatchObject({
    subject: 'Пробное письмо / Test message',
    from: { address: 'postmaster@example.org' },
    to: [{ address: 'anna@far.example' }],
  });
  expect(read.headers.find(({ key }) => key === 'auto-submitted')?.value).toBe('auto-generated');
  expect(read.text).toContain('сервера mx.example.org');
  expect(read.text).toContain('from the server mx.example.org');
});
