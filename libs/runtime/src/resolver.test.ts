import { type FakeDns, startFakeDns } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createResolver, DnsFailure, type Resolver } from './resolver.ts';

let dns: FakeDns;
let resolver: Resolver;

beforeAll(async () => {
  dns = await startFakeDns();
});

afterAll(() => dns[Symbol.asyncDispose]());

beforeEach(() => {
  dns.reset();
  resolver = createResolver({ servers: [dns.address], timeoutMs: 200, tries: 1 });
});

describe('the resolver', () => {
  it('answers and keeps the answer, also for questions asked at the same time', async () => {
    dns.set('example.test', 'MX', '10 mx.example.test');
    const [one, two] = await Promise.all([resolver.mx('example.test'), resolver.mx('example.test')]);
    expect(one).toMatchObject([{ priority: 10, exchange: 'mx.example.test' }]);
    expect(two).toEqual(one);
    await resolver.mx('example.test');
    expect(dns.queries).toEqual(['mx example.test']);
  });

  it('RFC 2308 §2: no such name and no such type are answers', async () => {
    dns.set('example.test', 'A', '192.0.2.1');
    expect(await resolver.a('nothing.test')).toEqual([]);
    expect(await resolver.txt('example.test')).toEqual([]);
  });

  it('RFC 5321 §5.1: a server that fails or is silent is no answer, and is asked again', async () => {
    for (const failure of ['SERVFAIL', 'silence'] as const) {
      dns.fail('broken.test', failure);
      await expect(resolver.a('broken.test')).rejects.toThrow(DnsFailure);
    }
    dns.set('broken.test', 'A', '192.0.2.9');
    expect(await resolver.a('broken.test')).toEqual(['192.0.2.9']);
  });

  it('RFC 2308 §2: tells libraries that ask by themselves which of the two it is, and keeps that too', async () => {
    dns.set('example.test', 'A', '192.0.2.1');
    for (let time = 0; time < 2; time++) {
      await expect(resolver.records('nothing.test', 'TXT')).rejects.toMatchObject({ code: 'ENOTFOUND' });
      await expect(resolver.records('example.test', 'TXT')).rejects.toMatchObject({ code: 'ENODATA' });
      expect(await resolver.records('example.test', 'A')).toEqual(['192.0.2.1']);
    }
    expect(dns.queries).toEqual(['txt nothing.test', 'txt example.test', 'a example.test']);
    dns.fail('broken.test', 'SERVFAIL');
    await expect(resolver.records('broken.test', 'TXT')).rejects.toThrow(DnsFailure);
  });

  it('looks up reverse names', async () => {
    dns.setReverse('192.0.2.1', 'mail.example.test');
    expect(await resolver.ptr('192.0.2.1')).toEqual(['mail.example.test']);
    dns.setReverse('2001:db8::1', 'mail6.example.test');
    expect(await resolver.ptr('2001:db8::1')).toEqual(['mail6.example.test']);
    expect(await resolver.ptr('192.0.2.3')).toEqual([]);
    dns.fail('2.2.0.192.in-addr.arpa', 'SERVFAIL');
    await expect(resolver.ptr('192.0.2.2')).rejects.toThrow(DnsFailure);
  });
});
