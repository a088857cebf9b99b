// Every question that an administrator of domains may ask of the directory, asked about a domain that is not his: it finds
// nothing, tells nothing and changes nothing.
import { generateKeyPairSync } from 'node:crypto';
import {
  adminAccount,
  adminAdministrator,
  adminAlias,
  adminAudit,
  adminContact,
  adminDkim,
  adminDomain,
  adminGroup,
  adminToken,
  allAdminQuestions,
  type AdminQuestion,
  type Asker,
  askAdmin,
} from '@pochtar/bus';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

let running: Running;
let asker: Asker;
let tokenId: number;

beforeAll(async () => {
  running = await runService();
  const own = (await running.get(adminDomain.create, { name: 'own.test' })).domain.id;
  await running.get(adminDomain.create, { name: 'foreign.test' });
  await running.get(adminAccount.create, { address: 'boss@foreign.test', password: 'password-1' });
  await running.get(adminAlias.create, { address: 'alias@foreign.test', targets: ['boss@foreign.test'] });
  await running.get(adminGroup.create, { address: 'group@foreign.test', members: ['boss@foreign.test'] });
  await running.get(adminContact.create, { domain: 'foreign.test', address: 'x@boss.test' });
  await running.get(adminAdministrator.create, { login: 'foreign', password: 'password-1' });
  await running.get(adminAdministrator.create, {
    login: 'me',
    password: 'password-1',
    domains: ['own.test'],
  });
  asker = { author: 'console:me', role: 'domainAdmin', scope: [own], login: 'me' };
  const foreign: Asker = { author: 'console:foreign', role: 'admin', scope: 'all', login: 'foreign' };
  await running.get(adminDkim.create, { domain: 'foreign.test', selector: 'k1', algorithm: 'ed25519' });
  const wish = { name: 'foreign', role: 'admin', expiresAt: tomorrow } as const;
  const made = await askAdmin(running.bus, adminToken.create, foreign, wish);
  if (!made.ok) throw new Error(made.error.code);
  tokenId = made.result.token.id;
});
afterAll(() => running[Symbol.asyncDispose]());

const { privateKey } = generateKeyPairSync('ed25519');
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
const passwords = { password: 'password-2', current: 'password-1' };
const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
const tokens = { role: 'domainAdmin', domains: ['foreign.test'], expiresAt: tomorrow };

/** What is asked, by the object of the question: every field that one of its questions may have. */
const about: Record<string, () => object> = {
  domain: () => ({ name: 'foreign.test' }),
  account: () => ({
    address: 'boss@foreign.test',
    domain: 'foreign.test',
    isEnabled: false,
    jpeg: null,
    entries: [{ address: 'boss@foreign.test', displayName: 'taken' }],
    ...passwords,
  }),
  alias: () => ({ address: 'alias@foreign.test', domain: 'foreign.test', targets: ['x@own.test'] }),
  group: () => ({
    address: 'group@foreign.test',
    domain: 'foreign.test',
    add: ['x@own.test'],
    name: 'taken',
  }),
  rules: () => ({ address: 'boss@foreign.test', name: 'x', to: 'y', content: 'keep;' }),
  contact: () => ({
    ...{ domain: 'foreign.test', address: 'x@boss.test', newAddress: 'y@own.test', jpeg: null },
    entries: [{ address: 'x@boss.test', displayName: 'taken' }],
    displayName: 'taken',
  }),
  token: () => ({ id: tokenId, name: 'x', ...tokens }),
  dkim: () => ({ domain: 'foreign.test', selector: 'k1', isForced: true, pem }),
  overview: () => ({}),
  test: () => ({ as: 'boss@foreign.test', program: 'outlook', text: 'boss' }),
  dlp: () => ({}),
};

// The audit log shows him what he asked himself, names included; that it shows no more: tokens.test.ts.
const questions = allAdminQuestions.filter(
  ({ name, queueGroup, access }) =>
    name !== adminAudit.list.name && queueGroup === 'settings' && access.roles.includes('domainAdmin'),
);

async function everything(): Promise<unknown[]> {
  return [
    await running.get(adminDomain.list, {}),
    await running.get(adminAccount.show, { address: 'boss@foreign.test' }),
    await running.get(adminAlias.list, {}),
    await running.get(adminGroup.list, {}),
    await running.get(adminContact.list, {}),
    await running.get(adminToken.list, {}),
    await running.get(adminDkim.list, {}),
  ];
}

test.each(questions.filter(({ access }) => access.isOwn !== true).map((one) => [one.name, one] as const))(
  '%s about a foreign domain finds, tells and changes nothing',
  async (name, question) => {
    const before = await everything();
    const request = about[name.split('.')[1] as string];
    expect(request, 'say above what this question is asked').toBeDefined();
    const asked = question as unknown as AdminQuestion<object, unknown>;
    const reply = await askAdmin(running.bus, asked, asker, request?.() ?? {});
    if (reply.ok) expect(JSON.stringify(reply.result)).not.toMatch(/foreign|boss/);
    else expect(['notFound', 'noDomain', 'forbidden']).toContain(reply.error.code);
    expect(await everything()).toEqual(before);
  },
);
