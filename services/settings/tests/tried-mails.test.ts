// What would become of a mail, as the settings process answers for it: whole documents of a draft, who is asked and in which
// order, what it comes to, and who may ask. The programs that judge have tests of their own.
import {
  type Bus,
  askTryMail,
  connectBus,
  fetchPieces,
  type Role,
  type TrierSaid,
  type TriedMail,
  tryQuestion,
  type Trier,
  type TryMailRequest,
  type TryReply,
  type TryRequest,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

let running: Running;
const buses: Bus[] = [];
const asked: { by: Trier; request: TryRequest; mail: string }[] = [];
const answers = new Map<Trier, TryReply>();

const programs: Partial<Record<Trier, string>> = { smtp: 'smtp' };
const silent = 'dlp';

beforeAll(async () => {
  running = await runService();
  const { url, password } = running.nats;
  for (const by of ['smtp', 'dnsbl', 'greylist', 'antivirus', 'dkim'] as const) {
    const user = programs[by] ?? `filter-${by}`;
    const bus = await connectBus({ url, user, password, name: user, log: silentLogger() });
    buses.push(bus);
    bus.answer(tryQuestion(by), async (request) => {
      const mail = await fetchPieces(bus, request.mail, 1e8);
      asked.push({ by, request, mail: mail.toString('latin1') });
      return answers.get(by) ?? { said: [said('accept', 'fine')] };
    });
    await bus.connection.flush();
  }
});
afterAll(async () => {
  for (const bus of buses) await bus[Symbol.asyncDispose]();
  await running[Symbol.asyncDispose]();
});
beforeEach(() => {
  asked.length = 0;
  answers.clear();
  answers.set('smtp', {
    said: [said('accept', 'nothing against it')],
    slip: ['antivirus', 'dkim'],
    isSpared: false,
  });
});

function said(result: TrierSaid['result'], reason: string, more: Partial<TrierSaid> = {}): TrierSaid {
  return { recipient: '', result, reason, prefix: null, isReplaced: false, target: null, ...more };
}

const MAIL = 'From: Bob <bob@far.test>\nTo: anna@own.test, Carl <carl@own.test>\nSubject: x\n\nx\n';
const client = '192.0.2.1';

let people = 0;

async function tried(request: TryMailRequest, mail = MAIL, role: Role = 'admin') {
  // Another one each time: how often somebody may ask is bounded.
  const who = { author: `test:${++people}`, role, scope: 'all' as const };
  return askTryMail(running.bus, who, Buffer.from(mail), request);
}

async function answered(request: TryMailRequest, mail = MAIL): Promise<TriedMail> {
  const reply = await tried(request, mail);
  if (!reply.ok) throw new Error(reply.error.message.en);
  return reply.result;
}

const codes = ({ verdicts }: TriedMail) => Object.fromEntries(verdicts.map(({ by, code }) => [by, code]));
const ends = ({ outcomes }: TriedMail) => outcomes.map(({ code, by }) => [code, by]);

test('the draft reaches who judges, laid over what is saved; the mail has our fields in front and CRLF; nothing is saved', async () => {
  const values = { antivirus: { onUnscannable: 'bounce' }, dnsbl: { zones: [] } };
  const answer = await answered({ client, values });
  expect(asked.map(({ by }) => by)).toEqual(['smtp', 'antivirus', 'dkim']);
  const { request, mail } = asked[1] as (typeof asked)[number];
  expect(request.settings['antivirus']).toMatchObject({
    onUnscannable: 'bounce',
    maxScanSizeMb: expect.any(Number),
  });
  expect(request).toMatchObject({ origin: 'incoming', reversePath: 'bob@far.test', clientAddress: client });
  expect(mail).toMatch(/^Return-Path: <bob@far\.test>\r\nReceived: from /);
  expect(mail.slice(request.frontBytes)).toBe(MAIL.replaceAll('\n', '\r\n'));
  expect(answer).toMatchObject({ from: 'bob@far.test', to: ['anna@own.test', 'carl@own.test'], client });
  expect(answer.remarks.map(({ code }) => code)).toEqual([
    'senderAssumed',
    'recipientsAssumed',
    'lineEnds',
    'edge',
  ]);
  expect(codes(answer)).toEqual({
    ...{ smtp: 'pass', dnsbl: 'off', greylist: 'off', antivirus: 'pass', dkim: 'pass', dlp: 'off' },
  });
  expect(ends(answer)).toEqual([['delivered', null]]);
  // How long each took; what was not asked has what would have it asked.
  const told = answer.verdicts.map(({ by, ms, settings }) => [by, typeof ms, settings]);
  expect(told).toEqual([
    ['smtp', 'number', []],
    ['dnsbl', 'object', ['dnsbl.zones']],
    ['greylist', 'object', ['greylist.enabled']],
    ['antivirus', 'number', []],
    ['dkim', 'number', []],
    ['dlp', 'object', ['misc.useDlp', 'dlp.enabled']],
  ]);
  const saved = await running.db.query<{ document: object }>({
    text: "select document from settings.section where name = 'antivirus'",
  });
  expect(JSON.stringify(saved)).not.toContain('bounce');
});

test('a file of a draft is laid over what is saved, single values over it; what nobody decides by is left out and named', async () => {
  const yaml = [
    'version: 1',
    'network:',
    '  smtpPort: 2626',
    'antivirus:',
    '  onUnscannable: bounce',
    '  maxScanSizeMb: 7',
    '',
  ].join('\n');
  const answer = await answered({ client, yaml, values: { antivirus: { maxScanSizeMb: 9 } } });
  expect(asked.at(-1)?.request.settings['antivirus']).toMatchObject({
    onUnscannable: 'bounce',
    maxScanSizeMb: 9,
  });
  const unused = answer.remarks.find(({ code }) => code === 'unusedSections');
  expect(unused?.text.en).toContain('network');
  const wrong = await tried({ yaml: 'antivirus:\n  clamavEnabled: off\n  onUnscannable: nonsense\n' });
  expect(wrong).toMatchObject({
    ok: false,
    error: { problems: expect.arrayContaining([expect.objectContaining({ line: 3 })]) },
  });
  const unread = await tried({ yaml: 'nonsense:\n  a: 1\n' });
  expect(unread).toMatchObject({ ok: false, error: { code: 'unknownSection', line: 1 } });
});

test('who judges says by which settings and rule, and it is told', async () => {
  const decided = { decidedBy: ['dlp.defaultAction'], rule: 'Cards' };
  answers.set('antivirus', { said: [said('quarantine', 'found', decided)] });
  const { verdicts } = await answered({ client });
  expect(verdicts.find(({ by }) => by === 'antivirus')).toMatchObject({
    ...{ code: 'hold', settings: ['dlp.defaultAction'], rule: 'Cards' },
  });
});

test('the filters of the dialogue are asked about a client that is known, and that is not white', async () => {
  const values = { greylist: { enabled: true }, dnsbl: { zones: ['list.test'] } };
  answers.set('greylist', { said: [said('defer', '451 come again', { recipient: '' })] });
  const putOff = await answered({ client, values });
  expect(codes(putOff)).toMatchObject({ dnsbl: 'pass', greylist: 'later' });
  expect(ends(putOff)).toEqual([['putOff', 'greylist']]);
  const unknown = await answered({ values });
  expect(codes(unknown)).toMatchObject({ dnsbl: 'notAsked', greylist: 'notAsked' });
  expect(unknown.remarks.map(({ code }) => code)).toContain('noClient');
  expect(ends(unknown)).toEqual([['delivered', null]]);
  answers.set('smtp', { said: [said('accept', 'white')], slip: [], isSpared: true });
  expect(codes(await answered({ client, values }))).toMatchObject({
    dnsbl: 'notAsked',
    greylist: 'notAsked',
  });
  expect(codes(await answered({ client, values, origin: 'submitted' }))).toMatchObject({
    greylist: 'notAsked',
  });
});

test('what would become of it is what delivery makes of the verdicts, for each recipient', async () => {
  answers.set('antivirus', { said: [said('accept', 'infected: X', { isReplaced: true })] });
  expect(ends(await answered({ client }))).toEqual([['replaced', 'antivirus']]);
  expect(asked.at(-1)?.request.earlier).toEqual([{ filter: 'antivirus', isReplaced: true }]);
  answers.set('antivirus', { said: [said('defer', 'no scanner')] });
  expect(ends(await answered({ client }))).toEqual([['waits', 'antivirus']]);
  answers.set('antivirus', {
    said: [said('accept', 'fine'), said('quarantine', 'secret', { recipient: 'carl@own.test' })],
  });
  answers.set('dkim', { said: [said('accept', 'dmarc=fail', { prefix: 'X: y\r\n', target: '\\Junk' })] });
  const split = await answered({ client });
  expect(split.outcomes).toMatchObject([
    { code: 'changed', recipients: ['anna@own.test'], target: '\\Junk' },
    { code: 'held', recipients: ['carl@own.test'], by: 'antivirus', reason: 'secret' },
  ]);
  expect(split.verdicts.find(({ by }) => by === 'dkim')).toMatchObject({
    code: 'changes',
    header: 'X: y\r\n',
  });
});

test('the edge is first: what it refuses is refused for whom it says, whatever the filters say', async () => {
  const refused = said('reject', '550 5.1.1 no such mailbox', { recipient: 'carl@own.test' });
  answers.set('smtp', { said: [said('accept', ''), refused], slip: ['antivirus'] });
  expect((await answered({ client })).outcomes).toMatchObject([
    { code: 'delivered', recipients: ['anna@own.test'] },
    { code: 'refused', recipients: ['carl@own.test'], by: 'smtp' },
  ]);
});

test('a filter that does not answer, or could not look, is said to be so, and the mail is not said to pass', async () => {
  answers.set('smtp', { said: [said('accept', '')], slip: ['antivirus', silent] });
  const answer = await answered({ client });
  expect(answer.verdicts.find(({ by }) => by === silent)).toMatchObject({ code: 'unknown' });
  expect(ends(answer)).toEqual([['unknown', silent]]);
  answers.set('antivirus', { said: [], failure: 'it broke' });
  const broken = await answered({ client });
  expect(broken.verdicts.find(({ by }) => by === 'antivirus')).toMatchObject({
    code: 'unknown',
    reason: 'it broke',
  });
});

test('what cannot be tried is refused with the field and the remedy, before anybody is asked', async () => {
  const complaint = async (request: TryMailRequest, mail = MAIL, role: Role = 'admin') => {
    const reply = await tried(request, mail, role);
    return reply.ok ? 'ok' : `${reply.error.code} ${reply.error.field}`;
  };
  expect(await complaint({ client: 'nonsense' })).toBe('invalid client');
  expect(await complaint({ to: ['nonsense'] })).toBe('invalid to');
  expect(await complaint({ from: 'nonsense' })).toBe('invalid from');
  expect(await complaint({}, 'Subject: x\r\n\r\nx\r\n')).toBe('invalid to');
  const large = await tried({}, 'x'.repeat(16 * 1024 * 1024 + 1));
  expect(large).toMatchObject({
    ok: false,
    error: { code: 'tooLarge', message: { en: expect.stringContaining('16 MB') } },
  });
  expect(await complaint({ values: { nonsense: { smtpPort: 2626 } } })).toMatch(/^unknownSection/);
  expect(await complaint({ values: { antivirus: { onUnscannable: 'nonsense' } } })).not.toBe('ok');
  for (const role of ['auditor', 'domainAdmin', 'user'] as const)
    expect(await complaint({}, MAIL, role)).toMatch(/^forbidden/);
  expect(asked).toEqual([]);
});
