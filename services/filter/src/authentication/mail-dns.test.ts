import { expect, test } from 'vitest';
import { MailDns } from './mail-dns.ts';

test('answers that come soon are told with their questions; the others stay asked, and are asked once', async () => {
  const late = Promise.withResolvers<string[][]>();
  const asked: string[] = [];
  const dns = new MailDns({
    async records(name: string): Promise<never[]> {
      asked.push(name);
      return (name === 'late.test' ? late.promise : Promise.resolve([['here']])) as unknown as Promise<
        never[]
      >;
    },
  });
  const questions = ['soon.test', 'late.test'].map((name) => ({ name, type: 'TXT' }));
  expect(await dns.known(questions, 20)).toEqual([
    { name: 'soon.test', type: 'TXT', answer: { records: [['here']] } },
  ]);
  late.resolve([['now']]);
  expect(await dns.ask('late.test', 'TXT')).toEqual({ records: [['now']] });
  expect(await dns.known(questions, 20)).toHaveLength(2);
  expect(asked).toEqual(['soon.test', 'late.test']);
});
