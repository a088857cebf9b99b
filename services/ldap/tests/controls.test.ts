// Pages, sorting, list views, limits, and controls that are not known, over a book of a few thousand people.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BerReader } from '../src/ber/reader.ts';
import { BerWriter } from '../src/ber/writer.ts';
import { context, contextParts, tags } from '../src/ber/tags.ts';
import type { Filter } from '../src/protocol/filter.ts';
import { bindMessage, searchMessage } from './encode-request.ts';
import { BASE, type Installation, PASSWORD, startInstallation } from './installation.ts';
import { type Answer, RawClient } from './raw-client.ts';

const PAGING = '1.2.840.113556.1.4.319';
const SORTING = '1.2.840.113556.1.4.473';
const LIST_VIEW = '2.16.840.1.113730.3.4.9';
const COUNT = 2500;

let at: Installation;
let raw: RawClient;
let id = 1;

beforeAll(async () => {
  at = await startInstallation();
  await at.db.query({
    text: `insert into directory.account (domain_id, address, display_name)
      select d.id, 'p' || lpad(n::text, 5, '0') || '@demo.test', 'Person ' || lpad((${COUNT} - n)::text, 5, '0')
      from directory.domain d, generate_series(1, ${COUNT}) n where d.name = 'demo.test'`,
  });
  await at.addPeople([{ address: 'last@demo.test' }]);
});
afterAll(() => at[Symbol.asyncDispose]());

beforeEach(async () => {
  raw = await RawClient.open(at.port);
  id = 1;
  raw.send(bindMessage(1, 'anna@demo.test', PASSWORD));
  await raw.resultOf(1);
  return () => raw[Symbol.dispose]();
});

const persons: Filter = { kind: 'substrings', attribute: 'cn', initial: 'person', any: [], final: null };

interface Asked {
  filter?: Filter;
  sizeLimit?: number;
  timeLimit?: number;
  controls?: { oid: string; isCritical?: boolean; value?: Buffer }[];
}

async function search({
  filter = persons,
  controls = [],
  ...limits
}: Asked): Promise<{ names: string[]; last: Answer }> {
  const own = ++id;
  raw.send(searchMessage(own, { base: BASE, filter, attributes: ['uid'], ...limits }, controls));
  const answers = await raw.answersTo(own);
  const names = answers.slice(0, -1).map(({ attributes }) => attributes['uid']?.[0] ?? '');
  return { names, last: answers.at(-1) as Answer };
}

function page(size: number, cookie: Buffer = Buffer.alloc(0)) {
  const writer = new BerWriter();
  writer.sequence(() => void writer.integer(size).string(cookie));
  return { oid: PAGING, value: writer.octets };
}

function cookieOf({ controls }: Answer): Buffer {
  const reader = new BerReader(controls[PAGING] as Buffer).inside();
  reader.integer();
  return reader.content(tags.octetString);
}

function sort(attribute: string, isReversed = false, isCritical = true, rule?: string) {
  const writer = new BerWriter();
  writer.sequence(() => {
    writer.sequence(() => {
      writer.string(attribute);
      if (rule !== undefined) writer.string(rule, context(0));
      if (isReversed) writer.boolean(true, context(1));
    });
  });
  return { oid: SORTING, isCritical, value: writer.octets };
}

function view(before: number, after: number, target: { offset: number; count: number } | string) {
  const writer = new BerWriter();
  writer.sequence(() => {
    writer.integer(before).integer(after);
    if (typeof target === 'string') return void writer.string(target, context(1));
    writer.parts(contextParts(0), () => void writer.integer(target.offset).integer(target.count));
  });
  return { oid: LIST_VIEW, isCritical: true, value: writer.octets };
}

function viewAnswer({ controls }: Answer): number[] {
  const reader = new BerReader(controls['2.16.840.1.113730.3.4.10'] as Buffer).inside();
  return [reader.integer(), reader.integer(), reader.integer(tags.enumerated)];
}

describe('limits', () => {
  test('RFC 4511 §4.5.1.4: the size limit of the client ends a search; without one the server has its own', async () => {
    const asked = await search({ sizeLimit: 10 });
    expect([asked.names.length, asked.last.code]).toEqual([10, 4]);
    const all = await search({});
    expect([all.names.length, all.last.code]).toEqual([1000, 4]);
    const exact = await search({ sizeLimit: 1, filter: { kind: 'equal', attribute: 'uid', value: 'anna' } });
    expect([exact.names, exact.last.code]).toEqual([['anna'], 0]);
  });
});

describe('RFC 2696: pages', () => {
  test('all entries come, each once, whatever is added and removed between two pages', async () => {
    const seen: string[] = [];
    let cookie = Buffer.alloc(0);
    do {
      const { names, last } = await search({ controls: [page(700, cookie)] });
      expect(last.code).toBe(0);
      seen.push(...names);
      cookie = Buffer.from(cookieOf(last));
      if (seen.length === 700)
        await at.addPeople([{ address: 'person-new@demo.test', displayName: 'Person new' }]);
    } while (cookie.length > 0);
    expect(seen).toHaveLength(COUNT + 1);
    expect(new Set(seen).size).toBe(COUNT + 1);
  });

  test('pages of one entry go through units and people', async () => {
    const client = await at.client('anna@demo.test');
    const filter = '(|(objectClass=organizationalUnit)(uid=anna)(uid=boris))';
    const { searchEntries } = await client.search(BASE, {
      filter,
      paged: { pageSize: 1 },
      attributes: ['1.1'],
    });
    expect(searchEntries).toHaveLength(4);
  });

  test('RFC 2696 §3: a page of nothing ends the search; a cookie that is none is refused', async () => {
    const { last } = await search({ controls: [page(0)] });
    expect([last.code, cookieOf(last).length]).toEqual([0, 0]);
    expect((await search({ controls: [page(10, Buffer.from('made up'))] })).last.code).toBe(53);
  });

  test('sorted pages go on in the order', async () => {
    const first = await search({ controls: [sort('cn'), page(3)] });
    const next = await search({ controls: [sort('cn'), page(3, cookieOf(first.last))] });
    expect([...first.names, ...next.names]).toEqual([
      'p02500',
      'p02499',
      'p02498',
      'p02497',
      'p02496',
      'p02495',
    ]);
  });
});

describe('RFC 2891: sorting', () => {
  test('by an attribute, forwards and backwards, many entries and few', async () => {
    expect((await search({ controls: [sort('cn')] })).names.slice(0, 2)).toEqual(['p02500', 'p02499']);
    expect((await search({ controls: [sort('cn', true)] })).names.slice(0, 2)).toEqual([
      'person-new',
      'p00001',
    ]);
    const filter: Filter = {
      kind: 'substrings',
      attribute: 'cn',
      initial: 'person 0001',
      any: [],
      final: null,
    };
    expect((await search({ filter, controls: [sort('mail', true)] })).names).toEqual(
      Array.from({ length: 10 }, (_, index) => `p0${COUNT - 10 - index}`),
    );
  });

  test('by what can not be sorted by: refused where it is critical, unsorted where it is not', async () => {
    const code = ({ controls }: Answer) =>
      new BerReader(controls['1.2.840.113556.1.4.474'] as Buffer).inside().integer(tags.enumerated);
    const critical = (await search({ controls: [sort('shoeSize')] })).last;
    expect([critical.code, code(critical)]).toEqual([12, 16]);
    const { names, last } = await search({ sizeLimit: 5, controls: [sort('member', false, false)] });
    expect([names.length, last.code, code(last)]).toEqual([5, 4, 53]);
    const rule = (await search({ controls: [sort('cn', false, true, '1.2.3')] })).last;
    expect([rule.code, code(rule)]).toEqual([12, 18]);
  });
});

describe('list views', () => {
  test('a window around a place: of the first, of the last, of a share of what the client believes', async () => {
    const all = COUNT + 1;
    const first = await search({ controls: [sort('cn'), view(0, 2, { offset: 1, count: 0 })] });
    expect([first.names, viewAnswer(first.last)]).toEqual([
      ['p02500', 'p02499', 'p02498'],
      [1, all, 0],
    ]);
    const last = await search({ controls: [sort('cn'), view(1, 5, { offset: 9, count: 9 })] });
    expect([last.names, viewAnswer(last.last)]).toEqual([
      ['p00001', 'person-new'],
      [all, all, 0],
    ]);
    const middle = await search({ controls: [sort('cn'), view(0, 0, { offset: 50, count: 100 })] });
    expect(viewAnswer(middle.last)).toEqual([Math.round(all / 2), all, 0]);
  });

  test('a window that begins with a value', async () => {
    const { names, last } = await search({ controls: [sort('cn'), view(1, 1, 'PERSON 01000')] });
    expect([names, viewAnswer(last)[0]]).toEqual([['p01501', 'p01500', 'p01499'], 1001]);
  });

  test('a list view needs an order, and is no page', async () => {
    expect((await search({ controls: [view(0, 1, 'x')] })).last.code).toBe(60);
    expect((await search({ controls: [sort('cn'), view(0, 1, 'x'), page(1)] })).last.code).toBe(53);
  });
});

test('RFC 4511 §4.1.11: a control that is not known is refused when it is critical, and passed over otherwise', async () => {
  const critical = await search({ controls: [{ oid: '1.2.3.4', isCritical: true }] });
  expect([critical.names, critical.last.code]).toEqual([[], 12]);
  const passed = await search({ sizeLimit: 1, controls: [{ oid: '1.2.3.4' }] });
  expect(passed.names).toHaveLength(1);
  const manage = await search({
    sizeLimit: 1,
    controls: [{ oid: '2.16.840.1.113730.3.4.2', isCritical: true }],
  });
  expect(manage.names).toHaveLength(1);
});
