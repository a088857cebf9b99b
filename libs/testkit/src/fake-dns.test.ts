import { Resolver } from 'node:dns/promises';
import { createSocket } from 'node:dgram';
import { expect, test } from 'vitest';
import { reverseName, startFakeDns } from './fake-dns.ts';

function resolver(address: string): Resolver {
  const client = new Resolver({ timeout: 200, tries: 1 });
  client.setServers([address]);
  return client;
}

test('RFC 1035: every record type arrives as it was set, aliases are followed', async () => {
  await using dns = await startFakeDns();
  const client = resolver(dns.address);
  dns.set('example.test', 'A', '192.0.2.1', '192.0.2.2');
  dns.set('example.test', 'AAAA', '2001:db8::1');
  dns.set('example.test', 'MX', '10 mx1.example.test', '20 mx2.example.test');
  dns.set('example.test', 'TXT', 'v=spf1 -all', `k=${'x'.repeat(600)}`);
  dns.set('www.example.test', 'CNAME', 'example.test');
  dns.setReverse('192.0.2.1', 'example.test');
  dns.setReverse('2001:db8::1', 'six.example.test');

  expect(await client.resolve4('Example.TEST')).toEqual(['192.0.2.1', '192.0.2.2']);
  expect(await client.resolve6('example.test')).toEqual(['2001:db8::1']);
  expect(await client.resolveMx('example.test')).toMatchObject([
    { exchange: 'mx1.example.test', priority: 10 },
    { exchange: 'mx2.example.test', priority: 20 },
  ]);
  const texts = await client.resolveTxt('example.test');
  expect(texts.map((chunks) => chunks.join(''))).toEqual(['v=spf1 -all', `k=${'x'.repeat(600)}`]);
  expect(await client.resolve4('www.example.test')).toEqual(['192.0.2.1', '192.0.2.2']);
  expect(await client.reverse('192.0.2.1')).toEqual(['example.test']);
  expect(await client.reverse('2001:db8::1')).toEqual(['six.example.test']);
  expect(dns.queries[0]).toBe('a example.test');
});

test('unknown names, missing types, SERVFAIL and silence are told apart, and setting a name heals it', async () => {
  await using dns = await startFakeDns();
  const client = resolver(dns.address);
  dns.set('example.test', 'A', '192.0.2.1');
  await expect(client.resolve4('nowhere.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  await expect(client.resolveMx('example.test')).rejects.toMatchObject({ code: 'ENODATA' });
  dns.fail('example.test', 'SERVFAIL');
  await expect(client.resolve4('example.test')).rejects.toMatchObject({ code: 'ESERVFAIL' });
  dns.set('example.test', 'A', '192.0.2.9');
  expect(await client.resolve4('example.test')).toEqual(['192.0.2.9']);
  dns.fail('example.test', 'silence', 'A');
  await expect(client.resolve4('example.test')).rejects.toMatchObject({ code: 'ETIMEOUT' });
  dns.reset();
  await expect(client.resolve4('example.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
});

test('a malformed query is dropped and the server lives on', async () => {
  await using dns = await startFakeDns();
  dns.set('example.test', 'A', '192.0.2.1');
  const socket = createSocket('udp4');
  const port = Number(dns.address.split(':')[1]);
  for (const packet of [Buffer.alloc(3), Buffer.alloc(12, 0xff), Buffer.alloc(40, 63)]) {
    await new Promise((resolve) => {
      socket.send(packet, port, '127.0.0.1', resolve);
    });
  }
  socket.close();
  expect(await resolver(dns.address).resolve4('example.test')).toEqual(['192.0.2.1']);
});

test('RFC 3596 §2.5: reverse names', () => {
  expect(reverseName('192.0.2.1')).toBe('1.2.0.192.in-addr.arpa');
  expect(reverseName('2001:db8::567:89ab')).toBe(
    'b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
  );
});
