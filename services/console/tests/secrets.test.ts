// Recognisable secrets are put wherever there is one; then everything that the API, the logs, the bus and the tables of
// others' eyes say is searched for them.
import { certificatePem, keyPem } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeBelongings } from './belongings.ts';
import { requestFor, routes } from './route-requests.ts';
import { type RunningConsole, runConsole, type Visitor } from './running-console.ts';

const SECRET = 'NoBodySeesThis';
const password = (of: string): string => `${SECRET}-${of}-2kGh7`;
const heard: string[] = [];
const logged: string[] = [];
const secrets = new Set([SECRET]);

let running: RunningConsole;
let root: Visitor;
beforeAll(async () => {
  running = await runConsole({ beside: ['delivery'], log: (line) => logged.push(line) });
  const { ground } = running;
  const subscription = ground.bus.connection.subscribe('>');
  void (async () => {
    for await (const { subject, data } of subscription)
      heard.push(`${subject} ${Buffer.from(data).toString()}`);
  })();
  root = await running.loggedIn('root');
});
afterAll(() => running[Symbol.asyncDispose]());

async function change(method: string, path: string, body: unknown): Promise<unknown> {
  const answer = await root.call(method, path, body);
  expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  return answer.body;
}

/** Questions to the bus carry what was asked: only those who answer may hear them. */
function isQuestion(line: string): boolean {
  return line.startsWith('admin.');
}

test('no secret is in an answer, an event, a log line, the export, the history or the audit log', {
  timeout: 30_000,
}, async () => {
  const { ground } = running;
  await change('POST', '/accounts', { address: 'anna@demo.test', password: password('account') });
  await change('PUT', '/accounts/anna@demo.test/password', { password: password('changed') });
  await change('POST', '/admins', {
    login: 'second',
    password: password('admin'),
    role: 'admin',
    domains: null,
  });
  await change('PUT', '/admins/second/password', { password: password('second') });
  const pem = Buffer.from(`${certificatePem}\n${keyPem}`).toString('base64');
  await change('POST', '/certificates', {
    files: [{ name: 'all.pem', data: pem }],
    password: password('pkcs12'),
  });
  secrets.add((keyPem.split('\n')[2] as string).slice(0, 40));
  const settings = (await change('GET', '/settings', undefined)) as {
    sections: { name: string; revision: number }[];
  };
  const { revision } = settings.sections.find(({ name }) => name === 'relay') as { revision: number };
  await change('POST', '/settings/changes', {
    changes: [
      {
        section: 'relay',
        expectedRevision: revision,
        patch: { host: 'relay.far.test', authEnabled: true, username: 'user' },
        secrets: { password: password('relay') },
      },
    ],
    comment: 'a new password',
  });
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const { value } = (await change('POST', '/tokens', {
    name: 't',
    role: 'admin',
    domains: null,
    expiresAt,
  })) as { value: string };
  secrets.add(value).add((root.cookie.split('=')[1] as string).slice(0, 40));
  await running
    .visitor()
    .call('POST', '/session', { login: password('in the wrong field'), password: password('wrong') });
  await running
    .visitor()
    .call('GET', '/domains', undefined, { authorization: `Bearer ${SECRET}-${'x'.repeat(30)}` });
  const bad = await root.call('POST', '/accounts', { address: 'b@demo.test', password: { [SECRET]: 1 } });
  expect(bad.status).toBe(400);
  const user = await running.loggedIn('anna@demo.test', password('changed'));

  const things = await makeBelongings(ground, 'demo.test', root);
  const answers: string[] = [];
  for (const [name, { roles }] of routes) {
    if (!name.startsWith('GET') || name === 'GET /events') continue;
    const of = name.includes('/:section') ? name.replace(':section', 'relay') : name;
    const { path } = requestFor(name, things);
    const visitor = roles.includes('admin') || roles === 'everybody' ? root : user;
    const { body } = await visitor.call(
      'GET',
      path.replace('/settings/x/', '/settings/relay/').replace('/revisions/x', '/revisions/2'),
    );
    answers.push(`${of} ${JSON.stringify(body)}`);
  }
  answers.push(JSON.stringify((await root.call('GET', '/settings/relay/revisions/2')).body));
  const tables = await ground.db.query<{ line: string }>({
    text: `select to_jsonb(t)::text as line from audit.entry t union all select to_jsonb(t)::text from settings.history t
      union all select to_jsonb(t)::text from console.session t`,
  });
  const said = [
    ...answers.map((line) => `answer: ${line}`),
    ...heard
      .filter((line) => !isQuestion(line) && !line.startsWith('_INBOX'))
      .map((line) => `event: ${line}`),
    ...logged.map((line) => `log: ${line}`),
    ...tables.map(({ line }) => `table: ${line}`),
  ];
  expect(answers.length).toBeGreaterThan(15);
  expect(heard.some((line) => line.includes('directory'))).toBe(true);
  expect(logged.length).toBeGreaterThan(0);
  for (const secret of secrets) {
    expect(
      said.filter((line) => line.includes(secret)).map((line) => line.slice(0, 300)),
      secret,
    ).toEqual([]);
  }
});
