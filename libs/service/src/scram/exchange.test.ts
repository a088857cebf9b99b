import { ScramClient } from '@pochtar/testkit';
import { scramKeys } from '@pochtar/store/directory';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readClientFirst, ScramExchange } from './exchange.ts';

const none = Buffer.alloc(0);

test('RFC 7677 §3: the example', async () => {
  const keys = await scramKeys('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'), 4096);
  const first = readClientFirst('n,,n=user,r=rOprNGfwEbeRWgbNEkqO');
  expect(first).toMatchObject({ name: 'user', binding: 'no', gs2Header: 'n,,' });
  if (first === null) return;
  const exchange = new ScramExchange(first, keys, none, '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0');
  expect(exchange.serverFirst).toBe(
    'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  );
  const final =
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=';
  expect(exchange.finish(final)).toBe('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
});

describe('RFC 5802 §7: a client-first-message', () => {
  test.each([
    ['n,,n=a,r=x', { name: 'a', authorizationName: '', binding: 'no' }],
    ['y,,n=a,r=x', { binding: 'unused' }],
    ['p=tls-exporter,,n=a,r=x', { binding: { type: 'tls-exporter' }, gs2Header: 'p=tls-exporter,,' }],
    ['n,a=b=2Cc,n=d=3De@f,r=x', { name: 'd=e@f', authorizationName: 'b,c' }],
    ['n,,n=анна@demo.test,r=x,ext=1', { name: 'анна@demo.test' }],
  ])('%s is read', (message, wanted) => expect(readClientFirst(message)).toMatchObject(wanted));

  test.each([
    '',
    'n,,',
    'n,n=a,r=x',
    'x,,n=a,r=x',
    'p=,,n=a,r=x',
    'p=a b,,n=a,r=x',
    'n,,m=ext,n=a,r=x',
    'n,,n=,r=x',
    'n,,n=a=2c,r=x',
    'n,,n=a=,r=x',
    'n,,n=a',
    'n,,n=a,r=',
    'n,,n=a,r=x y',
    'n,,n=a\0b,r=x',
    `n,,n=${'a'.repeat(1001)},r=x`,
    `n,,n=a,r=${'x'.repeat(201)}`,
  ])('%j is malformed', (message) => expect(readClientFirst(message)).toBeNull());

  test('property: whatever comes, it is read or not, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => void readClientFirst(`n,,n=${text},r=${text}`)),
    );
  });
});

describe('a client-final-message', () => {
  const salt = Buffer.from('0123456789abcdef');

  async function attempt(
    change: (final: string) => string,
    { password = 'pencil', data = none }: { password?: string; data?: Buffer } = {},
  ): Promise<string | null> {
    const keys = await scramKeys('pencil', salt, 4096);
    const client = new ScramClient({
      name: 'anna',
      password,
      gs2Header: 'p=t,,',
      channelData: Buffer.from('tls'),
    });
    const first = readClientFirst(client.first());
    if (first === null) throw new Error('the client is wrong');
    const exchange = new ScramExchange(first, keys, data.length > 0 ? data : Buffer.from('tls'));
    return exchange.finish(change(client.final(exchange.serverFirst)));
  }

  test('of who knows the password is right', async () => {
    expect(await attempt((final) => final)).toMatch(/^v=/);
  });

  test('is wrong with another password, nonce, channel or proof', async () => {
    expect(await attempt((final) => final, { password: 'pen' })).toBeNull();
    // RFC 5802 §6: the one in the middle has a connection of its own.
    expect(await attempt((final) => final, { data: Buffer.from('other') })).toBeNull();
    expect(await attempt((final) => final.replace(/r=./, 'r='))).toBeNull();
    expect(await attempt((final) => final.replace(/c=[^,]+/, 'c=biws'))).toBeNull();
    expect(await attempt((final) => final.replace(/p=.*/, 'p=AAAA'))).toBeNull();
    expect(
      await attempt((final) => final.replace(/p=.*/, `p=${Buffer.alloc(32).toString('base64')}`)),
    ).toBeNull();
    expect(await attempt((final) => final.replace(/,p=.*/, ''))).toBeNull();
    expect(await attempt((final) => `${final},p=AAAA`)).toBeNull();
    expect(await attempt(() => '')).toBeNull();
  });
});
