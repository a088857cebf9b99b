// The questions about the lists, over the bus, against real rows.
import { adminDomain, adminLists, adminSettings, askAdmin, listsChanged } from '@pochtar/bus';
import { listAudit } from '@pochtar/store/audit';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

let running: Running;
beforeAll(async () => {
  running = await runService();
  await running.get(adminDomain.create, { name: 'ours.test' });
});
afterAll(() => running[Symbol.asyncDispose]());

function add(
  list: 'white' | 'black',
  value: string,
  more: { expiresAt?: string; validateOnly?: boolean } = {},
) {
  return running.complaint(adminLists.add, { list, value, ...more });
}

async function values(list: 'white' | 'black'): Promise<string[]> {
  return (await running.get(adminLists.list, { list })).entries.map(({ value }) => value);
}

describe('one entry', () => {
  test('is added in its normal form, announced, found by any spelling, and removed', async () => {
    const revisions: number[] = [];
    const hearing = running.bus.subscribe(listsChanged, ({ revision }) => void revisions.push(revision));
    await running.bus.connection.flush();
    const { entry } = await running.get(adminLists.add, {
      list: 'black',
      value: '@Bad.TEST',
      comment: ' spam ',
    });
    expect(entry).toMatchObject({
      kind: 'server',
      value: '@bad.test',
      comment: 'spam',
      author: 'test:anna',
      hits: 0,
    });
    expect(await add('black', '@bad.test')).toBe('exists value');
    const change = { list: 'black' as const, value: '@BAD.test' };
    const changed = await running.get(adminLists.change, {
      ...change,
      comment: 'x',
      expiresAt: '2099-01-01',
    });
    expect(changed.entry).toMatchObject({ comment: 'x', expiresAt: '2099-01-01T00:00:00.000Z' });
    expect((await running.get(adminLists.change, { ...change, expiresAt: '' })).entry.expiresAt).toBeNull();
    const { removed } = await running.get(adminLists.remove, {
      list: 'black',
      values: ['@bad.test', '@none.test'],
    });
    expect(removed.map(({ value }) => value)).toEqual(['@bad.test']);
    expect(await running.complaint(adminLists.change, change)).toBe('notFound value');
    expect(await running.complaint(adminLists.remove, { list: 'black', values: ['@bad.test'] })).toBe(
      'notFound value',
    );
    await eventually(() => expect(revisions).toHaveLength(4));
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
    hearing.stop();
  });

  test('that is wrong is refused with field and remedy, and nothing is added', async () => {
    expect(await add('black', 'no entry')).toBe('wrongFormat value');
    expect(await add('black', '0.0.0.0/0')).toBe('networkTooWide value');
    expect(await add('black', 'network:none')).toBe('unknownNetwork value');
    expect(await add('black', '192.0.2.1', { expiresAt: '2001-01-01' })).toBe('outOfRange expiresAt');
    expect([...(await values('white')), ...(await values('black'))]).toEqual([]);
  });

  test('is only looked at when that is asked, with what should be known', async () => {
    const looked = await running.get(adminLists.add, {
      list: 'black',
      value: 'A@Ours.test',
      validateOnly: true,
    });
    expect(looked).toMatchObject({ kind: 'mailbox', value: 'a@ours.test', exists: false, entry: null });
    expect(looked.cautions.map(({ code }) => code)).toEqual(['shutsOut']);
    expect(await values('black')).toEqual([]);
  });

  test('changes are written down with list and value, by whom', async () => {
    await add('black', '192.0.2.7');
    await running.get(adminLists.remove, { list: 'black', values: ['192.0.2.7'] });
    const entries = await listAudit(running.db, { limit: 2 });
    expect(
      entries.map(({ action, object, author, outcome }) => `${action} ${object} ${author} ${outcome}`),
    ).toEqual(['lists.remove black 192.0.2.7 test:anna done', 'lists.add black 192.0.2.7 test:anna done']);
  });

  test('an auditor looks and changes nothing', async () => {
    const auditor = { author: 'test:auditor', role: 'auditor', scope: 'all' } as const;
    const ask = { list: 'black' as const };
    expect(await askAdmin(running.bus, adminLists.list, auditor, ask)).toMatchObject({ ok: true });
    const adding = await askAdmin(running.bus, adminLists.add, auditor, { ...ask, value: '192.0.2.1' });
    expect(adding).toMatchObject({ error: { code: 'forbidden' } });
  });
});

describe('many lines', () => {
  const lines = [
    '# comment',
    '192.0.2.1',
    '192.0.2.1 # again',
    '@bad.test until=2099-01-01 # spam',
    'no entry',
    '',
    '192.0.2.9;',
  ];

  test('are told one by one before they are added: new, there already, invalid', async () => {
    await add('black', '192.0.2.9');
    const dry = await running.get(adminLists.addMany, { list: 'black', lines, dryRun: true });
    expect(dry.added).toBe(0);
    expect(dry.lines.map(({ line, outcome }) => `${line} ${outcome}`)).toEqual([
      '2 new',
      '3 exists',
      '4 new',
      '5 invalid',
      '7 exists',
    ]);
    expect(dry.lines[3]?.problem).toMatchObject({ code: 'wrongFormat' });
    expect(await values('black')).toEqual(['192.0.2.9']);
    const saved = await running.get(adminLists.addMany, { list: 'black', lines, comment: 'pasted' });
    expect(saved).toEqual({ ...dry, added: 2 });
    const { entries } = await running.get(adminLists.list, { list: 'black' });
    expect(entries.map(({ value, comment, expiresAt }) => `${value} ${comment} ${expiresAt}`)).toEqual([
      '@bad.test spam 2099-01-01T00:00:00.000Z',
      '192.0.2.1 pasted null',
      '192.0.2.9  null',
    ]);
  });

  test('as many as a question takes, all wrong, are answered within a message of the bus', async () => {
    const wrong = Array.from({ length: 500 }, () => 'ж'.repeat(1000));
    const { lines: told } = await running.get(adminLists.addMany, {
      list: 'black',
      lines: wrong,
      dryRun: true,
    });
    expect(told).toHaveLength(500);
    expect(await running.complaint(adminLists.addMany, { list: 'black', lines: [...wrong, 'x'] })).toMatch(
      /^invalid/,
    );
  });
});

test('a named network is changed with the entries that refer to it, and not removed before them', async () => {
  const office = { name: 'Офис', addresses: ['192.0.2.0/24', '::ffff:192.0.2.0/120', '2001:db8::1'] };
  expect((await running.get(adminLists.addNetwork, office)).network.addresses).toEqual([
    '192.0.2.0/24',
    '2001:db8::1',
  ]);
  expect(await running.complaint(adminLists.addNetwork, { ...office, name: 'ОФИС' })).toBe('exists name');
  expect(await running.complaint(adminLists.addNetwork, { ...office, name: '-x' })).toBe('wrongFormat name');
  const bad = { name: 'b', addresses: ['192.0.2.1', 'nowhere'] };
  expect(await running.complaint(adminLists.addNetwork, bad)).toBe('wrongFormat addresses.1');
  await add('white', 'network:оФис');
  expect(await values('white')).toEqual(['network:Офис']);
  expect(await running.complaint(adminLists.removeNetwork, { name: 'офис' })).toBe('inUse name');
  await running.get(adminLists.changeNetwork, { name: 'офис', newName: 'Office' });
  expect(await values('white')).toEqual(['network:Office']);
  expect((await running.get(adminLists.networks, {})).networks).toMatchObject([
    { name: 'Office', usedBy: ['white'] },
  ]);
  await running.get(adminLists.remove, { list: 'white', values: ['network:office'] });
  await running.get(adminLists.removeNetwork, { name: 'office' });
  expect(await running.complaint(adminLists.removeNetwork, { name: 'office' })).toBe('notFound name');
});

test('the switches say what they mean for the names that are there', async () => {
  const set = async (whiteNamesNeedSpf: string) =>
    (
      await running.get(adminSettings.set, {
        changes: [{ section: 'accessLists', patch: { whiteNamesNeedSpf } }],
      })
    ).cautions?.map(({ code }) => code);
  expect(await set('no')).toBeUndefined();
  expect(await add('white', '@ext.test')).toBe('ok');
  expect(await set('notFail')).toBeUndefined();
  expect(await set('no')).toEqual(['forgeable']);
  const { entries } = await running.get(adminLists.list, { list: 'white' });
  expect(entries[0]?.cautions.map(({ code }) => code)).toEqual(['forgeable']);
  await running.get(adminLists.remove, { list: 'white', values: ['@ext.test'] });
  await set('notFail');
});

test('a settings file of an earlier release says where its entries go; empty lists in it are passed over', async () => {
  const yaml = (white: string) =>
    `version: 1\naccessLists:\n  white: ${white}\n  relayForWhitelistedSenders: false\n`;
  expect(await running.complaint(adminSettings.import, { yaml: yaml('[]') })).toBe('ok');
  const reply = await running.ask(adminSettings.import, { yaml: yaml('[{ value: 192.0.2.1 }]') });
  expect(reply).toMatchObject({ error: { code: 'movedToLists', line: 3 } });
});
