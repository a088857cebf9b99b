// Guessing is counted for all processes and protocols together: a ban that each of them has earned a part of holds in all of
// them, stands in one list, and is lifted at once.
import { expect, it } from 'vitest';
import { behindBalancer, imap, pop3, smtp, trusted } from './console-wire.ts';
import type { Installation } from './installation.ts';

const GUESSER = '203.0.113.50';
const NEIGHBOUR = '203.0.113.51';

export function describeOneBan(given: () => Installation): void {
  it('a ban is counted over SMTP, IMAP and POP3 together, holds in all of them, is listed, and lifted at once', async () => {
    const { instance, endpoints } = given();
    const [anna] = endpoints.accounts;
    if (anna === undefined) throw new Error('the demo has accounts');
    const set = (...words: string[]) => instance.pochtar(['settings', 'set', ...words, '--wait']);
    const from = (endpoint: string, client: string) => behindBalancer(Number(endpoint.split(':')[1]), client);
    const log = {
      smtp: (client: string, password: string) => {
        const plain = Buffer.from(`\0${anna.address}\0${password}`).toString('base64');
        return smtp(from(endpoints.smtp, client), ['EHLO guess.test', `AUTH PLAIN ${plain}`]);
      },
      imap: (client: string, password: string) =>
        imap(from(endpoints.imap, client), [`a LOGIN ${anna.address} "${password}"`]),
      pop3: (client: string, password: string) =>
        pop3(from(endpoints.pop3, client), [`USER ${anna.address}`, `PASS ${password}`]),
    };
    const isIn = { smtp: /^235 /m, imap: /^a OK/m, pop3: /\+OK[^\r\n]*\r\n$/ };
    const protocols = ['smtp', 'imap', 'pop3'] as const;
    await set(`network.trustedProxies=${JSON.stringify(trusted.trustedProxies)}`, 'limits.failedLogins=3');
    try {
      for (const protocol of protocols) {
        expect(await log[protocol](GUESSER, 'a wrong one'), protocol).not.toMatch(isIn[protocol]);
      }
      for (const protocol of protocols) {
        expect(await log[protocol](GUESSER, anna.password), protocol).toContain('too many failed log-ins');
        expect(await log[protocol](NEIGHBOUR, anna.password), protocol).toMatch(isIn[protocol]);
      }
      const { bans } = await instance.json<{ bans: object[] }>(['ban', 'list']);
      expect(bans).toMatchObject([{ kind: 'address', subject: GUESSER, isClosed: true }]);
      await instance.pochtar(['ban', 'lift', GUESSER]);
      for (const protocol of protocols) {
        expect(await log[protocol](GUESSER, anna.password), protocol).toMatch(isIn[protocol]);
      }
      expect(await instance.json(['ban', 'list'])).toMatchObject({ bans: [] });
    } finally {
      await set('network.trustedProxies=[]', 'limits.failedLogins=10');
    }
  }, 120_000);
}
