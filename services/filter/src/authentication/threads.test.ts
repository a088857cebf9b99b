import { afterAll, describe, expect, test } from 'vitest';
import { MailDns } from './mail-dns.ts';
import { type Job, Threads } from './threads.ts';

const threads = new Threads();
afterAll(() => threads[Symbol.asyncDispose]());

const nothing = { records: () => Promise.reject(Object.assign(new Error('none'), { code: 'ENOTFOUND' })) };
const MAIL = 'From: a@example.test\r\n\r\n';

function job(header: string, more: Partial<Job> = {}): Job {
  const envelope = { reversePath: 'a@example.test', helo: 'x', clientAddress: '192.0.2.1', receiver: 'here' };
  return {
    task: { header: Buffer.from(header), body: Buffer.alloc(0), envelope },
    dns: new MailDns(nothing),
    body: async function* () {},
    signal: new AbortController().signal,
    ...more,
  };
}

const signed = `DKIM-Signature: v=1; a=rsa-sha256; d=a.test; s=s; h=from; bh=AAAA; b=AAAA\r\n${MAIL}`;

describe('a thread', () => {
  test('reads a body in pieces, and hands on what the volume throws', async () => {
    async function* pieces(): AsyncGenerator<Buffer> {
      for (let count = 0; count < 100; count++) yield Buffer.alloc(64 * 1024, 'x');
    }
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('x');
      throw new Error('the volume is away');
    }
    const withBody = job(signed);
    const task = { ...withBody.task, body: null };
    expect((await threads.run({ ...withBody, task, body: pieces }))?.dkim).toMatchObject([
      { result: 'fail' },
    ]);
    await expect(threads.run({ ...withBody, task, body: broken })).rejects.toThrow('the volume is away');
  });

  test('asks for nothing that it was told already', async () => {
    const asked: string[] = [];
    const records = async (name: string): Promise<never> => {
      asked.push(name);
      throw Object.assign(new Error('none'), { code: 'ENOTFOUND' });
    };
    const { task, ...rest } = job(MAIL, { dns: new MailDns({ records }) });
    const answer = { records: [['v=spf1 ip4:192.0.2.0/24 -all']] };
    const known = [{ name: 'Example.test', type: 'TXT', answer }];
    const findings = await threads.run({ ...rest, task: { ...task, known } });
    expect(findings?.spf).toMatchObject({ result: 'pass' });
    expect(asked.toSorted()).toEqual(['_dmarc.example.test', '_dmarc.test']);
  });

  test('a mail that takes all its time is given up, and those beside it are judged', async () => {
    // The library's time for folded lines grows with the square of their number; such a header is not shown to it.
    const hostile = threads.run(job(`X: a\r\n${' b\r\n'.repeat(600_000)}${MAIL}`));
    const others = Array.from({ length: 10 }, () => threads.run(job(MAIL)));
    for (const findings of await Promise.all(others)) {
      expect(findings).toMatchObject({ spf: { result: 'none' }, dmarc: { from: 'example.test' } });
    }
    expect(await hostile).toBeNull();
    expect(await threads.run(job(MAIL))).not.toBeNull();
  }, 60_000);

  test('a process that stops does not wait for what is under way', async () => {
    const stopping = new AbortController();
    const silent = { records: () => Promise.withResolvers<unknown[]>().promise };
    const waiting = threads.run(job(MAIL, { dns: new MailDns(silent), signal: stopping.signal }));
    stopping.abort();
    await expect(waiting).rejects.toThrow('the process stops');
  });
});
