import { expect, test } from 'vitest';
import { serverDomain } from './server-domain.ts';

test.each([
  ['mail.example.org', 'example.net', 'mail.example.org'],
  ['mail.example.org', null, 'mail.example.org'],
  ['vm', 'example.org', 'example.org'],
  ['localhost', 'example.org', 'example.org'],
  ['vm', null, 'vm'],
])(
  'the server %s with the default domain %s writes from addresses of %s',
  (heloName, defaultDomain, domain) => {
    expect(serverDomain({ heloName, defaultDomain })).toBe(domain);
  },
);
