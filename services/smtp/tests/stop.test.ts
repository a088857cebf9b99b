// A process of its own that is told to stop, or killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from './client.ts';
import { filesIn, type SmtpHarness, startSmtp } from './harness.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
let smtp: SmtpHarness;
beforeAll(async () => {
  smtp = await startSmtp();
  // The one of this process only set the place up.
  await smtp.stop();
});
afterAll(() => smtp[Symbol.asyncDispose]());

async function startProcess(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, ...smtp.environment, POCHTAR_LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let log = '';
  child.stdout?.on('data', (text: Buffer) => {
    log += text.toString('utf8');
  });
  await eventually(() => {
    expect(log).toContain('"msg":"ready"');
    return true;
  });
  return child;
}

test('SIGTERM: idle sessions get a 421, a mail that is coming in is taken, and the process ends', async () => {
  const child = await startProcess();
  const ended = once(child, 'exit');
  const [idle, busy] = [await Client.greeted(smtp.ports.mx), await Client.greeted(smtp.ports.mx)];
  await busy.begin('a@remote.test', 'anna@demo.test');
  busy.write('Subject: half\r\n');
  child.kill('SIGTERM');
  expect((await idle.reply()).text).toMatch(/^421 4\.3\.2 /);
  expect((await idle.reply()).code).toBe(0);
  busy.write('\r\nthe other half\r\n.\r\n');
  expect((await busy.reply()).text).toMatch(/^250 2\.0\.0 queued as /);
  expect((await busy.reply()).text).toMatch(/^421 4\.3\.2 /);
  expect(await ended).toEqual([0, null]);
  const mails = await smtp.mails();
  expect(mails.map(({ bytes }) => bytes.toString('latin1'))).toEqual([
    expect.stringContaining('the other half'),
  ]);
}, 60_000);

test('kill -9 in the middle of mails: what was answered 250 is there once, and no spool file stays behind', async () => {
  await smtp.db.query({ text: 'delete from queue.mail' });
  const child = await startProcess();
  const ended = once(child, 'exit');
  const accepted: string[] = [];
  const sessions = Array.from({ length: 8 }, async (_, index) => {
    const client = await Client.greeted(smtp.ports.mx);
    for (let count = 0; ; count++) {
      const answer = await client.send(`s${index}-${count}@remote.test`, 'anna@demo.test', 'Subject: x\r\n');
      if (answer.code !== 250) return;
      accepted.push(answer.text.split(' ').at(-1) as string);
    }
  });
  const large = await Client.greeted(smtp.ports.mx);
  await large.begin('a@remote.test', 'anna@demo.test');
  large.write(`${'x'.repeat(78)}\r\n`.repeat(30_000));
  await eventually(() => accepted.length > 200);
  child.kill('SIGKILL');
  await Promise.all([...sessions, ended]);
  const rows = await smtp.db.query<{ id: string }>({ text: 'select id from queue.mail' });
  const stored = new Set(rows.map(({ id }) => id));
  expect(accepted.filter((id) => !stored.has(id))).toEqual([]);
  expect(filesIn(smtp.spoolDirectory)).toEqual([]);
}, 60_000);
