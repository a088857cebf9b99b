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

  it('RFC 4035 §3.2.3: tells what a validating server of our own has validated, absence included', async () => {
    dns.sign('signed.test');
    dns.set('signed.test', 'MX', '10 mx.signed.test', '20 mx.plain.test');
    dns.set('_25._tcp.mx.signed.test', 'TLSA', '3 1 1 ab01', '2 0 2 cd');
    dns.set('plain.test', 'MX', '0 .');
    expect(await resolver.validated('signed.test', 'MX')).toEqual({
      records: [
        { exchange: 'mx.signed.test', priority: 10 },
        { exchange: 'mx.plain.test', priority: 20 },
      ],
      isValidated: true,
      name: 'signed.test',
    });
    expect(await resolver.validated('_25._tcp.mx.signed.test', 'TLSA')).toMatchObject({
      records: [
        { usage: 3, selector: 1, matchingType: 1, data: Buffer.from('ab01', 'hex') },
        { usage: 2, selector: 0, matchingType: 2, data: Buffer.from('cd', 'hex') },
      ],
      isValidated: true,
    });
    expect(await resolver.validated('nothing.signed.test', 'A')).toMatchObject({
      records: [],
      isValidated: true,
    });
    expect(await resolver.validated('plain.test', 'MX')).toMatchObject({
      records: [{ priority: 0 }],
      isValidated: false,
    });
  });

  it('RFC 7672 §2.1.3: says which name is behind the aliases', async () => {
    dns.sign('signed.test');
    dns.set('mx.signed.test', 'CNAME', 'host.signed.test');
    dns.set('out.signed.test', 'CNAME', 'host.plain.test');
    dns.set('host.signed.test', 'A', '192.0.2.1');
    dns.set('host.plain.test', 'A', '192.0.2.2');
    expect(await resolver.validated('mx.signed.test', 'A')).toEqual({
      records: ['192.0.2.1'],
      isValidated: true,
      name: 'host.signed.test',
    });
    expect(await resolver.validated('out.signed.test', 'A')).toMatchObject({ isValidated: false });
    expect(await resolver.validated('out.signed.test', 'CNAME')).toMatchObject({
      records: ['host.plain.test'],
      isValidated: true,
    });
  });

  it('RFC 7766 §5: asks again over TCP where the answer did not fit; a server that fails is no answer', async () => {
    dns.sign('signed.test');
    dns.set('signed.test', 'AAAA', '2001:db8::1');
    dns.truncate('signed.test');
    expect(await resolver.validated('signed.test', 'AAAA')).toMatchObject({
      records: ['2001:db8::1'],
      isValidated: true,
    });
    expect(dns.queries).toEqual(['aaaa signed.test', 'aaaa signed.test over tcp']);
    for (const failure of ['SERVFAIL', 'silence'] as const) {
      dns.fail('broken.test', failure);
      await expect(resolver.validated('broken.test', 'TLSA')).rejects.toThrow(DnsFailure);
    }
  });

  it('RFC 4035 §4.9.3: does not believe a server of strangers', async () => {
    const asked = createResolver({ servers: ['192.0.2.53:53'], timeoutMs: 50, tries: 1 });
    expect(asked.isValidating).toBe(false);
    expect(resolver.isValidating).toBe(true);
    expect(await asked.validated('signed.test', 'MX')).toMatchObject({ records: [], isValidated: false });
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
