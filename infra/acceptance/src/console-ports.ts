// A port that somebody else holds, and what becomes of the sessions that are open while settings change.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { freePort } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import type { ConsoleGround } from './console-ground.ts';
import { Conversation, pop3, smtp, type Target } from './console-wire.ts';

const holder = `require('node:net').createServer().listen(0, '0.0.0.0', function () { console.log(this.address().port) })`;

/** As who our servers run: a process sees what another holds only where both are the same user's. */
async function asServer(at: ConsoleGround): Promise<{ uid?: number; gid?: number; cwd: string }> {
  const { pid } = (await at.installation.instance.processes()).find(({ name }) => name === 'pop3') ?? {};
  const { uid, gid } = statSync(`/proc/${pid}`);
  return { cwd: '/', ...(process.getuid?.() === 0 && { uid, gid }) };
}

/** So many of each kind, from so few addresses as the limit of sessions for one of them allows. */
async function open(protocol: 'smtp' | 'imap', count: number, target: Target): Promise<Conversation[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const conversation = await Conversation.open(protocol, {
        ...target,
        localAddress: `127.0.2.${1 + Math.floor(index / 20)}`,
      });
      await conversation.say(null);
      return conversation;
    }),
  );
}

export function portTests(ground: () => ConsoleGround): void {
  test('a port that a stranger holds: not applied, by whom and why, and the way back is right there', async () => {
    const at = ground();
    const form = await at.form();
    const stranger = spawn(process.execPath, ['-e', holder], {
      ...(await asServer(at)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [printed] = (await once(stranger.stdout, 'data')) as [Buffer];
      const taken = Number(printed);
      await form.goOn('network.pop3Port', await at.revisions());
      await form.set('network.pop3Port', taken);
      await form.review();
      const rows = await form.apply();
      const failed = rows.find(({ process }) => process === 'pop3');
      expect(failed?.state).toMatch(/^не применено/);
      expect(failed?.state).toMatch(new RegExp(`порт ${taken} .*node.* ${stranger.pid}\\b`));
      expect(rows.find(({ process }) => process === 'imap')?.state).toBe('применено');
      expect(await pop3({ port: at.ports.pop3 })).toMatch(/^\+OK/);
      await form.page.getByRole('button', { name: 'Отменить это изменение целиком' }).click();
      const back = form.page.getByRole('dialog', { name: 'Отменить это изменение целиком' });
      await back.getByText(String(at.ports.pop3)).first().waitFor();
      const undone = await form.apply();
      expect(undone.filter(({ state }) => state.startsWith('не применено'))).toEqual([]);
      await form.close();
      expect(await form.control('network.pop3Port').inputValue()).toBe(String(at.ports.pop3));
      expect(await pop3({ port: at.ports.pop3 })).toMatch(/^\+OK/);
    } finally {
      stranger.kill();
    }
  });

  test('200 sessions of SMTP and 200 of IMAP outlive a change of ports, size limit and TLS', async () => {
    const at = ground();
    const form = await at.form();
    const { ports } = at;
    const sessions = {
      smtp: [
        ...(await open('smtp', 100, { port: ports.smtp })),
        ...(await open('smtp', 100, { port: ports.smtps, tls: true })),
      ],
      imap: [
        ...(await open('imap', 100, { port: ports.imap })),
        ...(await open('imap', 100, { port: ports.imaps, tls: true })),
      ],
    };
    await form.goOn('network.smtpPort', await at.revisions());
    const moved = { smtp: await freePort(), smtps: await freePort() };
    await form.set('network.smtpPort', moved.smtp);
    await form.set('network.imapPort', await freePort());
    await form.set('smtpEncryption.smtpsPort', moved.smtps);
    await form.set('smtpEncryption.minTlsVersion', 'TLSv1.3');
    await form.set('accessEncryption.imapsPort', await freePort());
    await form.set('accessEncryption.minTlsVersion', 'TLSv1.3');
    await form.set('sending.maxMessageSizeMb', 3);
    await form.review();
    const rows = await form.apply();
    expect(rows.filter(({ state }) => state.startsWith('не применено'))).toEqual([]);
    await form.close();
    expect(await smtp({ port: ports.smtp })).toBe('refused');
    expect(await smtp({ port: moved.smtp })).toMatch(/^220 /);
    const heard = await Promise.all([
      ...sessions.smtp.map((one) => one.say('EHLO a.test')),
      ...sessions.imap.map((one) => one.say('a NOOP')),
    ]);
    expect(heard.filter((answer) => answer.includes('SIZE 3145728'))).toHaveLength(200);
    expect(heard.filter((answer) => /^a OK/m.test(answer))).toHaveLength(200);
    for (const one of [...sessions.smtp, ...sessions.imap]) one[Symbol.dispose]();
    await at.given({
      network: { smtpPort: ports.smtp, imapPort: ports.imap },
      smtpEncryption: { smtpsPort: ports.smtps, minTlsVersion: 'TLSv1.2' },
      accessEncryption: { imapsPort: ports.imaps, minTlsVersion: 'TLSv1.2' },
      sending: { maxMessageSizeMb: 50 },
    });
  });
}
