// POST /filters/try: a form with a mail in it, from the request to the real settings, smtp and filter processes; and whatever
// else may be sent there.
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { dlpDefinition } from '@pochtar/bus';
import { saveRule } from '@pochtar/store/dlp';
import { eventually, freePort } from '@pochtar/testkit';
import { createAccounts } from '@pochtar/testkit/ground';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PASSWORD, type RunningConsole, runConsole, type Visitor } from './running-console.ts';

const MB = 1024 * 1024;
const MAIL =
  'From: <boss@far.test>\r\nTo: <anna@demo.test>\r\nSubject: x\r\n\r\nMy card is 4111 1111 1111 1111.\r\n';

let running: RunningConsole;
let root: Visitor;

beforeAll(async () => {
  running = await runConsole({
    beside: ['smtp', 'filter-dlp', 'filter-dkim'],
    settings: {
      network: { smtpPort: await freePort(), submissionEnabled: false },
      ...{ smtpEncryption: { mode: 'none' }, dnsbl: { zones: [] } },
    },
  });
  const { db } = running.ground;
  await createAccounts(db, ['anna']);
  const definition = dlpDefinition.parse({ conditions: [{ kind: 'detector', detector: 'bankCard' }] });
  await saveRule(db, { name: 'Cards', isOn: true, position: 1, definition, author: 'test' }, null);
  root = await running.loggedIn('root');
});
afterAll(() => running[Symbol.asyncDispose]());
/** So many a minute are let try, by the audit log. */
const anotherMinute = () =>
  running.ground.db.query({ text: "delete from audit.entry where action = 'test.mail'" });
beforeEach(anotherMinute);

interface Sent {
  mail?: string | Buffer;
  request?: unknown;
  cookie?: string;
}

function formOf({ mail = MAIL, request }: Sent): FormData {
  const form = new FormData();
  if (request !== undefined) form.append('request', JSON.stringify(request));
  form.append('mail', new Blob([new Uint8Array(Buffer.from(mail as string))]), 'mail.eml');
  return form;
}

async function post(body: string | FormData, cookie = root.cookie, headers: Record<string, string> = {}) {
  const url = `${running.url}/api/v1/filters/try`;
  const response = await fetch(url, { method: 'POST', body, headers: { ...headers, cookie } });
  const told = (await response.json()) as Record<string, unknown>;
  return { status: response.status, type: response.headers.get('content-type'), body: told };
}

const tried = (sent: Sent = {}) => post(formOf(sent), sent.cookie);
const draft = { misc: { useDlp: true }, dlp: { enabled: true, defaultAction: 'quarantine' } };

const rows = async () => {
  const tables = ['queue.mail', 'store.content', 'dlp.incident'];
  const counts = tables.map((table) => `(select count(*) from ${table})::int as "${table}"`);
  return running.ground.db.query({ text: `select ${counts.join(', ')}` });
};

test('the filters say what they would do by the draft, by which rule and settings and how fast; nothing is left of it', async () => {
  const before = await rows();
  const { status, body } = await tried({ request: { client: '192.0.2.1', values: draft } });
  expect(status, JSON.stringify(body)).toBe(200);
  expect(body).toMatchObject({
    ...{ from: 'boss@far.test', to: ['anna@demo.test'], client: '192.0.2.1' },
    outcomes: [{ code: 'held', by: 'dlp', recipients: ['anna@demo.test'] }],
  });
  const verdicts = body['verdicts'] as { by: string }[];
  expect(verdicts.find(({ by }) => by === 'dlp')).toMatchObject({
    ...{ code: 'hold', rule: 'Cards', settings: ['dlp.defaultAction'], ms: expect.any(Number) },
  });
  expect(await rows()).toEqual(before);
  const saved = await tried({ request: { client: '192.0.2.1' } });
  expect(saved.body).toMatchObject({ outcomes: [{ code: expect.stringMatching(/delivered|changed/) }] });
});

test('a draft may be a file, and what is wrong in it is named with its line and field', async () => {
  const yaml = 'misc:\n  useDlp: true\ndlp:\n  enabled: true\n  defaultAction: reject\n';
  expect((await tried({ request: { yaml } })).body).toMatchObject({
    outcomes: [{ code: 'returned', by: 'dlp' }],
  });
  const wrong = await tried({ request: { yaml: 'dlp:\n  defaultAction: nonsense\n' } });
  expect(wrong).toMatchObject({
    ...{ status: 422, type: expect.stringContaining('application/problem+json') },
    body: { errors: [{ section: 'dlp', field: 'defaultAction', line: 2 }] },
  });
  expect(await tried({ request: { client: 'nonsense' } })).toMatchObject({
    ...{ status: 400, body: { errors: [{ field: 'client' }] } },
  });
});

test('sixteen megabytes are taken, an octet more is 413 with the remedy, and the same connection goes on', async () => {
  const whole = Buffer.concat([Buffer.from(MAIL), Buffer.alloc(16 * MB - MAIL.length, 'x')]);
  const large = Buffer.concat([whole, Buffer.from('y')]);
  for (const [mail, expected] of [
    [whole, 200],
    [large, 413],
    [Buffer.alloc(40 * MB), 413],
  ] as const) {
    const { status, body } = await tried({ mail });
    expect([status, body['title']]).toEqual([expected, expected === 200 ? undefined : 'tooLarge']);
    if (expected === 413) expect(JSON.stringify(body)).toContain('16 MB');
  }
  expect((await tried()).status).toBe(200);
}, 90_000);

test('HTTP/2 takes it too', async () => {
  const session = connectHttp2(`https://127.0.0.1:${running.port}`, { rejectUnauthorized: false });
  const ask = async (path: string, type: string, body: Buffer, cookie = '') => {
    const headers = { ':method': 'POST', ':path': `/api/v1${path}`, 'content-type': type };
    const stream = session.request({ ...headers, ...(cookie !== '' && { cookie }) });
    stream.end(body);
    const [head] = (await once(stream, 'response')) as [Record<string, string | string[]>];
    return { status: head[':status'], set: String(head['set-cookie']), text: await text(stream) };
  };
  const login = Buffer.from(JSON.stringify({ login: 'root', password: PASSWORD }));
  const { set } = await ask('/session', 'application/json', login);
  const { headers, body } = encoded(formOf({ mail: MAIL + 'x'.repeat(3 * MB) }));
  const answer = await ask('/filters/try', headers, await body, set.split(';')[0]);
  expect([answer.status, JSON.parse(answer.text)]).toMatchObject([200, { bytes: MAIL.length + 3 * MB }]);
  const cut = (await body).subarray(0, 100_000);
  expect((await ask('/filters/try', headers, cut, set.split(';')[0])).status).toBe(400);
  session.close();
});

/** As a browser writes it. */
function encoded(form: FormData): { headers: string; body: Promise<Buffer> } {
  const response = new Response(form);
  const body = response.arrayBuffer().then((bytes) => Buffer.from(bytes));
  return { headers: response.headers.get('content-type') ?? '', body };
}

test('it is there for administrators alone; nobody is read before it is known who sends', async () => {
  const mail = Buffer.alloc(12 * MB);
  expect((await tried({ mail, cookie: 'none=1' })).status).toBe(401);
  for (const login of ['auditor', 'demo']) {
    const { cookie } = await running.loggedIn(login);
    expect((await tried({ mail, cookie })).status).toBe(404);
  }
  const log = await running.ground.db.query({ text: "select from audit.entry where action = 'test.mail'" });
  expect(log).toEqual([]);
});

const BOUNDARY = 'b0undary';
const part = (name: string, value: string, more = '') =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
const END = `--${BOUNDARY}--\r\n`;
const FILE = '; filename="x.eml"';

const form = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };

describe('what is no such form', () => {
  const nested = `${'{"values":'.repeat(40)}{}${'}'.repeat(40)}`;
  const bodies: [string, string, number, Record<string, string>?][] = [
    ['JSON', '{"origin":"incoming"}', 415, { 'content-type': 'application/json' }],
    ['a form of another kind', 'mail=x', 415, { 'content-type': 'application/x-www-form-urlencoded' }],
    ['no boundary', part('mail', MAIL, FILE) + END, 400, { 'content-type': 'multipart/form-data' }],
    ['nothing', '', 400],
    ['no part', END, 400],
    ['no file', part('request', '{}') + END, 400],
    ['two files', part('mail', MAIL, FILE) + part('mail', MAIL, FILE) + END, 400],
    ['two requests', part('request', '{}') + part('request', '{}') + part('mail', MAIL, FILE) + END, 400],
    ['another part', part('more', 'x') + part('mail', MAIL, FILE) + END, 400],
    ['many parts', part('x', 'y').repeat(5000) + END, 400],
    ['an end that does not come', part('mail', MAIL, FILE), 400],
    ['a head without an end', `--${BOUNDARY}\r\n${'X-A: b\r\n'.repeat(20_000)}`, 400],
    ['a request that is no JSON', part('request', '{') + part('mail', MAIL, FILE) + END, 400],
    ['a request that is deep', part('request', nested) + part('mail', MAIL, FILE) + END, 400],
    [
      'a request with a prototype',
      part('request', '{"values":{"dlp":{"__proto__":{"isAdmin":true}}}}') + part('mail', MAIL, FILE) + END,
      400,
    ],
    ['a field that there is not', part('request', '{"no":1}') + part('mail', MAIL, FILE) + END, 400],
    [
      'a section that there is not',
      part('request', '{"values":{"no":{}}}') + part('mail', MAIL, FILE) + END,
      422,
    ],
    [
      'a request of two megabytes',
      part('request', `"${'x'.repeat(2 * MB)}"`) + part('mail', MAIL, FILE) + END,
      400,
    ],
  ];
  test.each(bodies)('%s', async (_, body, status, headers = form) => {
    const answer = await post(body, root.cookie, headers);
    expect([answer.status, answer.type]).toEqual([
      status,
      expect.stringMatching(/^application\/problem\+json/),
    ]);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    expect(JSON.stringify(answer.body).length).toBeLessThan(20_000);
  });

  test('a mail without a name of its file is one', async () => {
    expect((await post(part('mail', MAIL) + END, root.cookie, form)).status).toBe(200);
  });
});

test('whoever leaves in the middle holds no place for others; more at once than there are places are put off', async () => {
  const head =
    `POST /api/v1/filters/try HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${root.cookie}\r\nContent-Length: 5000000\r\n` +
    `Content-Type: multipart/form-data; boundary=${BOUNDARY}\r\n\r\n${part('mail', 'x'.repeat(1000), FILE)}`;
  const slow: Socket[] = [];
  await eventually(async () => {
    const { status, body } = await post(part('request', '{}') + END, root.cookie, form);
    if (status !== 429) slow.push(connect(running.port, '127.0.0.1').on('error', () => {}));
    slow.at(-1)?.write(status === 429 ? '' : head);
    expect([status, body['title'], body['retryAfter']]).toEqual([429, 'tooMany', 10]);
  });
  expect(slow.length).toBeGreaterThanOrEqual(3);
  for (const socket of slow) socket.destroy();
  await eventually(async () => {
    await anotherMinute();
    expect((await tried()).status).toBe(200);
  });
});
