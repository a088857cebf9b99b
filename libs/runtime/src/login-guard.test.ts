import { expect, test } from 'vitest';
import { LoginGuard } from './login-guard.ts';

const MINUTE = 60_000;

test('an address is banned after so many failures, for so long', () => {
  const guard = new LoginGuard(() => ({ failedLogins: 3, banMinutes: 10 }));
  for (let attempt = 1; attempt <= 2; attempt++) guard.failed('192.0.2.1', 0);
  expect(guard.isBanned('192.0.2.1', 0)).toBe(false);
  guard.failed('192.0.2.1', MINUTE);
  expect(guard.isBanned('192.0.2.1', 10 * MINUTE)).toBe(true);
  expect(guard.isBanned('192.0.2.2', 10 * MINUTE)).toBe(false);
  expect(guard.isBanned('192.0.2.1', 12 * MINUTE)).toBe(false);
});

test('failures that are old enough are forgotten', () => {
  const guard = new LoginGuard(() => ({ failedLogins: 2, banMinutes: 10 }));
  guard.failed('192.0.2.1', 0);
  guard.failed('192.0.2.1', 11 * MINUTE);
  expect(guard.isBanned('192.0.2.1', 11 * MINUTE)).toBe(false);
});

test('a changed limit counts at once', () => {
  const limits = { failedLogins: 10, banMinutes: 10 };
  const guard = new LoginGuard(() => limits);
  guard.failed('192.0.2.1', 0);
  expect(guard.isBanned('192.0.2.1', 0)).toBe(false);
  limits.failedLogins = 1;
  expect(guard.isBanned('192.0.2.1', 0)).toBe(true);
});

test('IPv6 addresses of one /64 are one', () => {
  const guard = new LoginGuard(() => ({ failedLogins: 1, banMinutes: 10 }));
  guard.failed('2001:db8:1:2:3:4:5:6', 0);
  for (const address of ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff']) {
    expect(guard.isBanned(address, 0)).toBe(true);
  }
  expect(guard.isBanned('2001:db8:1:3::1', 0)).toBe(false);
  guard.failed('::1', 0);
  expect(guard.isBanned('::1', 0)).toBe(true);
});

test('however many addresses guess, memory is bounded: the oldest are forgotten', () => {
  const guard = new LoginGuard(() => ({ failedLogins: 1, banMinutes: 10 }));
  for (let host = 0; host <= 100_000; host++)
    guard.failed(`10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`, 0);
  expect(guard.isBanned('10.0.0.0', 0)).toBe(false);
  expect(guard.isBanned('10.1.134.160', 0)).toBe(true);
});
