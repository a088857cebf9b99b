// Everything that is not local through one other server: TLS first, a password, the sender that it demands.
import { queueDue } from '@pochtar/bus';
import { putSecret } from '@pochtar/store/settings';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FarSide, type Script, startFarSide } from './far-side.ts';
import { openPostOffice, type PostOffice, type TestMail } from './post-office.ts';

let office: PostOffice;
beforeAll(async () => {
  office = await openPostOffice();
  await putSecret(office.db, office.masterKey, 'relay.password', 'pass word');
  await office.startDelivery();
});
afterAll(() => office[Symbol.asyncDispose]());

const logins: { username: unknown; password: unknown }[] = [];

async function relay(script: Script = {}): Promise<FarSide & { port: number }> {
  const far = await startFarSide(office, 'relay.test', {
    ...script,
    options: {
      authOptional: false,
      onAuth: ({ username, password }, _session, done) => {
        logins.push({ username, password });
        if (password === 'pass word') done(null, { user: username ?? '' });
        else done(new Error('wrong'));
      },
      ...script.options,
    },
  });
  return { ...far, port: office.ports.get('relay.test') as number };
}

async function sent(mail: TestMail): Promise<string> {
  const id = await office.accept({ reversePath: 'anna@demo.test', origin: 'submitted', ...mail });
  await office.settled(id);
  return id;
}

const direct = { host: '', authEnabled: false, rewriteSender: false, smtps: false } as const;

test('mail for every domain goes to the relay over SMTPS with its password', async () => {
  await using far = await relay({ options: { secure: true, authMethods: ['PLAIN'] } });
  await office.set({
    relay: { host: '127.0.0.1', port: far.port, smtps: true, authEnabled: true, username: 'us' },
  });
  const mail = await sent({ to: ['x@one.test', 'y@two.test'] });
  expect(far.received).toMatchObject([
    { to: ['x@one.test', 'y@two.test'], secure: true, from: 'anna@demo.test' },
  ]);
  expect(logins.at(-1)).toEqual({ username: 'us', password: 'pass word' });
  expect(await office.trace(mail)).toMatchObject([{ outcome: 'relayed' }, { outcome: 'relayed' }]);
  expect(JSON.stringify(await office.trace(mail))).not.toContain('pass word');
  await office.set({ relay: direct });
});

test('the sender is replaced in envelope and header, the former author becomes Reply-To', async () => {
  await using far = await relay({ options: { secure: true } });
  await office.set({
    relay: {
      ...{ host: '127.0.0.1', port: far.port, smtps: true, authEnabled: true, username: 'us' },
      ...{ rewriteSender: true, senderAddress: 'us@provider.test' },
    },
  });
  await sent({ to: ['x@one.test'], text: 'Subject: s\r\nFrom: "Anna, A." <anna@demo.test>\r\n\r\nbody\r\n' });
  expect(far.received[0]?.from).toBe('us@provider.test');
  expect(far.received[0]?.text).toContain(
    'Subject: s\r\nFrom: "Anna, A." <us@provider.test>\r\nReply-To: "Anna, A." <anna@demo.test>\r\n\r\nbody\r\n',
  );
  // RFC 5321 §4.5.5: a notification keeps its null reverse path.
  await sent({ to: ['x@one.test'], reversePath: '' });
  expect(far.received[1]?.from).toBe('');
  await office.set({ relay: direct });
});

test('general.heloName: the far side is greeted with this name, a changed one from the next connection on', async () => {
  const names: string[] = [];
  for (const heloName of ['one.demo.test', 'two.demo.test']) {
    await office.set({ general: { heloName } });
    await using far = await relay({
      options: {
        secure: true,
        onAuth: ({ username }, { hostNameAppearsAs }, done) => {
          names.push(hostNameAppearsAs);
          done(null, { user: username ?? '' });
        },
      },
    });
    await office.set({
      relay: { host: '127.0.0.1', port: far.port, smtps: true, authEnabled: true, username: 'us' },
    });
    await sent({ to: ['x@one.test'] });
  }
  expect(names).toEqual(['one.demo.test', 'two.demo.test']);
  await office.set({ relay: direct });
});

test('a password that the relay refuses defers the mail and never bounces it', async () => {
  await putSecret(office.db, office.masterKey, 'relay.password', 'old');
  await using far = await relay({ options: { secure: true } });
  await office.set({
    relay: { host: '127.0.0.1', port: far.port, smtps: true, authEnabled: true, username: 'us' },
  });
  const mail = await office.accept({ to: ['x@one.test'] });
  await eventually(async () =>
    expect((await office.recipients(mail))[0]?.lastReply).toMatch(/^4\.7\.8 .*535/),
  );
  // The right password, and an attempt by hand: what was known of the relay no longer counts when its settings change.
  await putSecret(office.db, office.masterKey, 'relay.password', 'pass word');
  await office.set({ relay: { username: 'us again' } });
  await office.db.query({ text: 'update queue.recipient set due_at = now()' });
  office.bus.emit(queueDue, {});
  await office.settled(mail);
  expect(far.received).toHaveLength(1);
  await office.set({ relay: direct });
});

test('what waits follows the settings: to the relay when there is one, and back to its own domain', async () => {
  const mail = await office.accept({ to: ['x@three.test'], reversePath: '' });
  office.dns.fail('three.test', 'SERVFAIL');
  await eventually(async () => expect((await office.recipients(mail))[0]?.lastReply).toMatch(/^4\.4\.3/));
  expect((await office.recipients(mail))[0]?.destination).toBe('three.test');
  await office.set({ relay: { host: 'relay.invalid', port: 25 } });
  await eventually(async () => expect((await office.recipients(mail))[0]?.destination).toBe('relay:'));
  await office.set({ relay: direct });
  await eventually(async () => expect((await office.recipients(mail))[0]?.destination).toBe('three.test'));
});

test('a relay without an address is a setting to correct: the mail waits', async () => {
  await office.set({ relay: { host: 'relay.invalid', port: 25 } });
  const mail = await office.accept({ to: ['x@four.test'] });
  await eventually(async () =>
    expect((await office.recipients(mail))[0]?.lastReply).toMatch(/^4\.4\.4 .*relay\.host/),
  );
  await office.set({ relay: direct });
});
