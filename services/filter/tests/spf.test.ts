// SPF by the kinds of cases of the openspf suite, and what python3-spf of Debian says of the same senders.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ask, authenticateSender } from '../src/authentication/authenticate.ts';
import { openPython, type Python } from './python.ts';
import { CLIENT, HELO, SENDER, type SpfCase, spfCases, type Zone } from './spf-cases.ts';

let python: Python;

/** It is given the zone in the place of a DNS. */
const prologue = `
import socket, spf
zone = {}
def look(name, kind, strict=True, timeout=20):
    found = []
    for record in zone.get(name.rstrip('.').lower(), []):
        if record == 'SERVFAIL': raise spf.TempError('the DNS fails')
        written, value = record.split(' ', 1)
        if written != kind: continue
        if kind == 'AAAA': value = socket.inet_pton(socket.AF_INET6, value)
        elif kind == 'TXT': value = tuple(piece.encode() for piece in value.split('|'))
        elif kind == 'MX': value = (int(value.split(' ')[0]), value.split(' ')[1])
        found.append(((name, kind), value))
    return found
spf.DNSLookup = look
`;

beforeAll(async () => {
  python = await openPython(['python3-spf', 'python3-authres'], prologue);
}, 120_000);
afterAll(() => python[Symbol.dispose]());

function asks(zone: Zone): Ask {
  return async (name, type) => {
    const records = zone[name.replace(/\.$/, '').toLowerCase()];
    if (records === undefined) return { code: 'ENOTFOUND', message: 'no such name' };
    if (records.includes('SERVFAIL')) return { code: 'ESERVFAIL', message: 'the DNS fails' };
    const values = records.flatMap((record) =>
      record.startsWith(`${type} `) ? [record.slice(type.length + 1)] : [],
    );
    if (values.length === 0) return { code: 'ENODATA', message: 'nothing of that type' };
    return { records: values.map((value) => recordOf(type, value)) };
  };
}

function recordOf(type: string, value: string): unknown {
  if (type === 'TXT') return value.split('|');
  const [priority = '', exchange = ''] = value.split(' ');
  return type === 'MX' ? { priority: Number(priority), exchange } : value;
}

const senderOf = ({ client = CLIENT, sender = SENDER, helo = HELO }: SpfCase) => ({ client, sender, helo });

describe.each(Object.entries(spfCases))('RFC 7208 %s', (_, cases) => {
  test.each(cases)('$what: $result', async (one) => {
    const { client, sender, helo } = senderOf(one);
    const envelope = { reversePath: sender, helo, clientAddress: client, receiver: 'mx.here.test' };
    const { spf } = await authenticateSender(envelope, asks(one.zone));
    expect(spf?.result).toBe(one.result);
  });

  test.each(cases.filter(({ isOurs }) => isOurs === undefined))('python3-spf says so: $what', async (one) => {
    const said = await python.ask(
      `zone.clear(); zone.update(given)
out = spf.query(i=client, s=sender, h=helo, receiver='mx.here.test').check()[0]`,
      { given: one.zone, ...senderOf(one) },
    );
    expect(said).toBe(one.result);
  });
});
