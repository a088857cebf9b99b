// Ports of a draft against real listeners of other processes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { connectBus, progressAt, settingsTest, type TestEvent, testEvent } from '@pochtar/bus';
import { Listeners, silentLogger } from '@pochtar/runtime';
import { defaultDocument } from '@pochtar/settings';
import { startTestNats } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { answerPortsTest } from './ports-test.ts';

/** One that nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

test('a port that is free, ours already, or held by another process is told apart, the holder by name and pid', async () => {
  await using nats = await startTestNats();
  const connectAs = (user: string) =>
    connectBus({ url: nats.url, user, password: nats.password, name: user, log: silentLogger() });
  await using pop3 = await connectAs('pop3');
  await using settings = await connectAs('settings');
  const [own, free, taken] = [await freePort(), await freePort(), await freePort()];
  const program = `require('node:net').createServer().listen(${taken}, '127.0.0.1', () => console.log('up'))`;
  const holder = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  try {
    await using listeners = new Listeners({ log: silentLogger(), onConnection: () => {} });
    await listeners.reconcile([{ host: '127.0.0.1', port: own, tls: false }]);
    await using _answering = answerPortsTest({
      bus: pop3,
      program: 'pop3',
      protocols: ['pop3', 'pop3s'],
      listeners,
    });
    await pop3.connection.flush();
    const tried = async (pop3Port: number, pop3sPort: number) => {
      const events: TestEvent[] = [];
      using inbox = progressAt(settings, testEvent, (event) => void events.push(event));
      const documents = {
        network: { ...defaultDocument('network'), pop3Port, accessInterfaces: ['127.0.0.1'] },
        smtpEncryption: defaultDocument('smtpEncryption'),
        accessEncryption: { ...defaultDocument('accessEncryption'), implicitTlsEnabled: true, pop3sPort },
      };
      const request = {
        ...{ kind: 'ports' as const, secret: null, useStoredSecret: false, progress: inbox.subject },
        settings: JSON.parse(JSON.stringify(documents)),
      };
      const verdict = await settings.ask(settingsTest('pop3'), request, 10_000);
      return { verdict, said: events.map(({ ok, text }) => `${ok} ${text.en}`) };
    };
    const well = await tried(own, free);
    expect(well.said).toEqual([
      `true pop3 127.0.0.1:${own}: this process listens already`,
      `true pop3s 127.0.0.1:${free}: free`,
    ]);
    expect(well.verdict.verdict).toBe('good');
    const held = await tried(own, taken);
    expect(held.verdict.verdict).toBe('bad');
    expect(held.verdict.text.en).toContain(`port ${taken} on 127.0.0.1 is held by`);
    expect(held.verdict.text.en).toContain(`${holder.pid}`);
    expect(held.said[1]).toContain(`false pop3s 127.0.0.1:${taken}: `);
  } finally {
    holder.kill('SIGKILL');
    await once(holder, 'exit');
  }
});
