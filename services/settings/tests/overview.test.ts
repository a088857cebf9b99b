// admin.overview.server: what of the server and its domains needs a hand, in the asker's scope.
import {
  adminAccount,
  adminDomain,
  adminOverview,
  type Asker,
  askAdmin,
  type ServerOverview,
} from '@pochtar/bus';
import { saveDomainDns } from '@pochtar/store/directory';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  certificateRemarks,
  domainRemarks,
  processRemarks,
  type SectionFacts,
} from '../src/server-remarks.ts';
import { type Running, runService } from './running-service.ts';

let running: Running;
let own: Asker;

beforeAll(async () => {
  running = await runService();
  await running.startService();
  const { domain } = await running.get(adminDomain.create, { name: 'own.test' });
  await running.get(adminDomain.create, { name: 'foreign.test' });
  await running.get(adminAccount.create, { address: 'anna@own.test', password: 'password-1' });
  own = { author: 'console:me', role: 'domainAdmin', scope: [domain.id] };
  await saveDomainDns(running.db, domain.id, {
    checkedAt: new Date(),
    addresses: [],
    problems: 2,
    findings: {},
  });
});
afterAll(() => running[Symbol.asyncDispose]());

async function ask(asker: Asker): Promise<ServerOverview> {
  const answer = await askAdmin(running.bus, adminOverview.server, asker, {});
  if (!answer.ok) throw new Error(answer.error.message.en);
  return answer.result;
}

describe('scope', () => {
  test('an administrator of domains hears of his domains and of nothing of the server', async () => {
    const { domains, accounts, remarks } = await ask(own);
    expect({ domains, accounts }).toEqual({ domains: 1, accounts: 1 });
    expect(remarks).toMatchObject([{ code: 'dnsWanting', to: '/domains/own.test/dns' }]);
    expect(JSON.stringify(remarks)).not.toContain('foreign');
  });

  test('an auditor hears what an administrator hears: programs that do not run come first', async () => {
    await eventually(async () => {
      const { domains, remarks } = await ask({ author: 'console:eye', role: 'auditor', scope: 'all' });
      expect(domains).toBe(2);
      expect(remarks[0]).toMatchObject({ code: 'processAbsent', tone: 'danger', to: '/processes' });
      expect(remarks.map(({ code }) => code)).toEqual(
        expect.arrayContaining(['dnsWanting', 'dnsNotChecked']),
      );
    });
  });
});

describe('processes', () => {
  const now = new Date('2027-01-31T12:00:00Z');
  const report = {
    process: 'smtp',
    instance: 'smtp-1',
    revision: 5,
    error: null,
    reportedAt: now.toISOString(),
    isApplied: true,
  };
  const section = (more: Partial<SectionFacts>): SectionFacts => ({
    ...{ name: 'network', revision: 5, appliedBy: ['smtp'], processes: [report] },
    changedAt: new Date('2027-01-31T11:00:00Z'),
    ...more,
  });
  const codes = (facts: SectionFacts[], isComplete = true): string[] =>
    processRemarks(facts, isComplete, now).map(({ code }) => code);

  test.each<[string, SectionFacts, string[]]>([
    ['all is applied', section({}), []],
    ['a program does not run', section({ appliedBy: ['smtp', 'imap'] }), ['processAbsent']],
    ['a program that is no part of this version', section({ appliedBy: ['smtp', 'firewall'] }), []],
    [
      'a process is behind',
      section({ processes: [{ ...report, revision: 4, isApplied: false }] }),
      ['processBehind'],
    ],
    [
      'a change of a moment ago',
      section({ processes: [{ ...report, revision: 4, isApplied: false }], changedAt: now }),
      [],
    ],
    [
      'a section is not applied',
      section({ processes: [{ ...report, error: 'port 25 is taken' }] }),
      ['notApplied'],
    ],
  ])('%s', (_, facts, expected) => {
    expect(codes([facts])).toEqual(expected);
  });

  test('while not every process has had the time to report, none is called absent', () => {
    expect(codes([section({ appliedBy: ['smtp', 'imap'] })], false)).toEqual([]);
  });
});

describe('certificates', () => {
  const certificate = {
    ...{
      id: 'x',
      name: 'mail',
      origin: 'imported' as const,
      isCa: false,
      subject: '',
      issuer: '',
      hosts: [],
    },
    ...{ notBefore: '', notAfter: '', fingerprint: '', keyType: '', usedBy: [] },
  };
  test.each([
    ['valid', 60, null],
    ['notice', 21, 'Сертификат «mail» истекает через 21 день.'],
    ['warning', 3, 'Сертификат «mail» истекает через 3 дня.'],
    ['expired', -1, 'Сертификат «mail» истёк.'],
  ] as const)('%s', (state, daysLeft, message) => {
    const [remark] = certificateRemarks([{ ...certificate, state, daysLeft }]);
    expect(remark?.message.ru ?? null).toBe(message);
  });

  test('what is made here is renewed by itself', () => {
    expect(
      certificateRemarks([{ ...certificate, origin: 'generated', state: 'critical', daysLeft: 2 }]),
    ).toEqual([]);
  });
});

test('of many domains some are named and the others counted', () => {
  const domains = Array.from({ length: 13 }, (_, index) => ({
    name: `d${index}.test`,
    dns: { problems: 1 },
    dkim: 'active' as const,
  }));
  const remarks = domainRemarks(domains);
  expect(remarks).toHaveLength(11);
  expect(remarks.at(-1)?.message.ru).toBe('Замечания к DNS есть ещё в 3 доменах.');
});
