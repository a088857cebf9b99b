// The rules of the dialogue, one transcript each. A folder of transcripts is a set of settings and a port.
import { readdirSync } from 'node:fs';
import { type FakeDns, transcriptFile } from '@pochtar/testkit';
import type { SettingsParts, TestLists } from '@pochtar/testkit/ground';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SmtpHarness, startSmtp } from './harness.ts';

interface Setup {
  port: 'mx' | 'submission';
  settings?: SettingsParts;
  lists?: TestLists;
  dns?: (dns: FakeDns) => void;
  /** Of a session; its transcripts wait, all at the same time. */
  idleMs?: number;
}

/** Strangers come from public addresses, as a trusted balancer says. */
const strangers: SettingsParts = { network: { trustedProxies: ['127.0.0.1'] }, dnsbl: { zones: [] } };

function names(dns: FakeDns): void {
  dns.setReverse('198.51.100.1', 'old.spam.test', 'mx.spam.test');
  dns.set('mx.spam.test', 'A', '192.0.2.1', '198.51.100.1');
  dns.setReverse('198.51.100.2', 'mx.spam.test');
  dns.fail('4.100.51.198.in-addr.arpa', 'SERVFAIL');
  dns.setReverse('198.51.100.5', 'good.spam.test');
  dns.set('good.spam.test', 'A', '198.51.100.5');
  dns.setReverse('2001:db8::1', 'mx6.remote.test');
  dns.set('mx6.remote.test', 'AAAA', '2001:db8::1');
}

const setups: Record<string, Setup> = {
  mx: { port: 'mx' },
  submission: { port: 'submission' },
  'tls-required': { port: 'mx', settings: { smtpEncryption: { mode: 'required' } } },
  'tls-none': {
    port: 'submission',
    settings: { smtpEncryption: { mode: 'none' }, misc: { smtpUtf8: false } },
  },
  lists: { port: 'mx', lists: { white: ['127.0.0.0/8'], black: ['@black.test'] } },
  'reverse-dns': {
    port: 'mx',
    settings: { ...strangers, reverseDns: { mode: 'reject' } },
    dns: names,
  },
  silence: { port: 'mx', idleMs: 3000 },
  'domain-entries': {
    port: 'mx',
    settings: { ...strangers, reverseDns: { mode: 'off' } },
    lists: { white: ['good.spam.test'], black: ['spam.test'] },
    dns: names,
  },
};

function plain(authorization: string, name: string, password: string): string {
  return Buffer.from(`${authorization}\0${name}\0${password}`).toString('base64');
}

for (const [folder, { port, settings, lists, dns, idleMs }] of Object.entries(setups)) {
  describe(folder, () => {
    const path = new URL(`transcripts/${folder}/`, import.meta.url);
    let smtp: SmtpHarness;
    beforeAll(async () => {
      smtp = await startSmtp({
        ...(settings && { settings }),
        ...(idleMs !== undefined && { limits: { idleMs } }),
      });
      dns?.(smtp.dns);
      if (lists) await smtp.setLists(lists);
    });
    afterAll(() => smtp[Symbol.asyncDispose]());

    for (const file of readdirSync(path)) {
      test(file.replace('.txt', ''), { concurrent: idleMs !== undefined }, async () => {
        const { host, ports, password } = smtp;
        const variables = {
          annaPlain: plain('', 'anna@demo.test', password),
          carlaPlain: plain('', 'carla@demo.test', password),
          borisAsAnnaPlain: plain('anna@demo.test', 'boris@demo.test', password),
          passwordBase64: Buffer.from(password).toString('base64'),
          long2k: 'x'.repeat(2048),
          long20k: 'x'.repeat(20_000),
          local256: 'l'.repeat(256),
          local257: 'l'.repeat(257),
        };
        const target = { host, port: ports[port], variables };
        await expect(transcriptFile(new URL(file, path), target)).resolves.toBeDefined();
      });
    }
  });
}
