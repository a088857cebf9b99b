// RFC 5092 §11: addresses of messages, as CATENATE takes them.
import { expect, test } from 'vitest';
import { parseMessageUrl } from './message-url.ts';

test.each([
  ['/INBOX/;UID=20', { mailbox: 'INBOX', uidValidity: null, uid: 20 }],
  ['/inbox;UIDVALIDITY=385759045/;UID=20', { mailbox: 'INBOX', uidValidity: 385_759_045, uid: 20 }],
  ['/Lists/One/;uid=1/;section=1.2.MIME', { mailbox: 'Lists/One', uid: 1 }],
  ['/%D0%9F%D0%BE%D1%87%D1%82%D0%B0/;UID=1', { mailbox: 'Почта' }],
  [';UID=4294967295/;SECTION=HEADER.FIELDS%20(to%20cc)', { mailbox: null, uid: 4_294_967_295 }],
  ['/a/;UID=1/;PARTIAL=0.1024', { partial: { offset: 0, count: 1024 } }],
  ['/a/;UID=1/;SECTION=TEXT/;PARTIAL=7', { partial: { offset: 7, count: Number.MAX_SAFE_INTEGER } }],
])('%s', (text, wanted) => {
  expect(parseMessageUrl(text)).toMatchObject(wanted);
});

test.each([
  '',
  '/INBOX',
  'INBOX/;UID=1',
  '/INBOX;UID=1',
  '/INBOX/;UID=1/',
  '/INBOX/;UID=4294967296',
  '/INBOX/;UID=1/;SECTION=MIME',
  '/INBOX/;UID=1/;SECTION=',
  '/INBOX/;UID=1/;SECTION=1]x',
  '/INBOX/;UID=1;URLAUTH=anonymous',
  '/%FF/;UID=1',
  '//server/INBOX/;UID=1',
  'imap://server/INBOX/;UID=1',
  `/${'a'.repeat(5000)}/;UID=1`,
])('%s names no message', (text) => {
  expect(parseMessageUrl(text)).toBeNull();
});
