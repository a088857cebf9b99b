// filter-dkim as a whole: incoming mails against a fake DNS, what is found of them in the field that delivery puts in
// front, and what becomes of them.
import { connectBus, guardChanged, spfCheck } from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import type { NewMail } from '@pochtar/store/queue';
import { eventually, type FakeDns, startFakeDns } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Installation, installation } from './installation.ts';
import { ed25519Key, rsaKey, signed } from './signed-mail.ts';

const rsa = rsaKey();
const ed25519 = ed25519Key();
const FRONT = 'Return-Path: <sender@remote.test>\r\nReceived: from x by mx.example.test\r\n';
const MAIL = 'From: Sender <sender@remote.test>\r\nTo: anna@example.test\r\nSubject: x\r\n\r\nhello\r\n';
const STRANGER = '192.0.2.9';

let at: Installation;
let dns: FakeDns;

beforeAll(async () => {
  dns = await startFakeDns({ ttl: 0 });
  at = await installation();
  await at.start('dkim', { POCHTAR_DNS_SERVERS: dns.address });
  dns.set('rsa._domainkey.remote.test', 'TXT', rsa.record);
  dns.set('ed._domainkey.remote.test', 'TXT', ed25519.record);
  publish('remote.test', 'reject');
});
afterAll(async () => {
  await at[Symbol.asyncDispose]();
  await dns[Symbol.asyncDispose]();
});

/** A domain whose mail comes from 192.0.2.1. */
function publish(domain: string, policy: 'none' | 'quarantine' | 'reject'): void {
  dns.set(domain, 'TXT', 'v=spf1 ip4:192.0.2.1 -all');
  dns.set(`_dmarc.${domain}`, 'TXT', `v=DMARC1; p=${policy}`);
}

async function accept(mail: string | Buffer, changed: Partial<NewMail> = {}): Promise<string> {
  const body = Buffer.concat([Buffer.from(FRONT), Buffer.from(mail as string)]);
  const id = await at.accept(body, { slip: ['dkim'], step: 'dkim', helo: 'mail.remote.test', ...changed });
  await at.bus.publishStep('dkim', id);
  return id;
}

async function verdictOf(id: string): Promise<Record<string, unknown> & { field: string }> {
  const [verdict] = await eventually(
    async () => {
      const verdicts = await at.verdicts(id);
      expect(verdicts).toHaveLength(1);
      return verdicts;
    },
    { timeout: 25_000 },
  );
  // RFC 5321 §4.4: behind Return-Path.
  const [, field = ''] = /^Return-Path: .*?\r\n(.*)$/s.exec(String(verdict?.['prefix'])) ?? [];
  return { ...verdict, field: field.replace(/\r\n +/g, ' ') };
}

async function verdictOn(mail: string | Buffer, changed: Partial<NewMail> = {}) {
  return verdictOf(await accept(mail, changed));
}

const from = (domain: string): string => MAIL.replace('remote.test', domain);

describe('RFC 8601: one Authentication-Results field of this server', () => {
  test('tells signatures, the sender of the envelope and what the author asks for', async () => {
    const mail = await signed(await signed(MAIL, rsa, 'remote.test', 'rsa'), ed25519, 'remote.test', 'ed');
    const { result, field } = await verdictOn(mail, { iprev: 'fail' });
    expect(result).toBe('accept');
    expect(field).toMatch(/^Authentication-Results: mx\.example\.test; dkim=pass header\.d=remote\.test /);
    expect(field).toMatch(/header\.s=ed header\.a=ed25519-sha256 header\.b=.{8,12}; dkim=pass /);
    expect(field).toMatch(/header\.s=rsa header\.a=rsa-sha256 /);
    expect(field).toMatch(/; spf=pass smtp\.mailfrom=sender@remote\.test;/);
    expect(field).toMatch(
      /; dmarc=pass header\.from=remote\.test policy\.dmarc=reject; iprev=fail policy\.iprev=192\.0\.2\.1\r\n$/,
    );
  });

  test('takes the place of what the mail claims this server has said', async () => {
    const forged = `Authentication-Results: MX.example.test; dmarc=pass\r\n`;
    const honest = `Authentication-Results: mx.remote.test; dmarc=pass\r\n`;
    const id = await accept(honest + forged + MAIL);
    await verdictOf(id);
    const [row] = await at.db.query({
      text: 'select removed from queue.verdict where mail_id = $1',
      values: [id],
    });
    const start = FRONT.length + honest.length;
    expect(row).toEqual({ removed: [0, FRONT.indexOf('\n') + 1, start, start + forged.length] });
  });

  test('a mail that is not signed, of a domain that says nothing', async () => {
    const { field } = await verdictOn(from('silent.test'), { reversePath: '', helo: 'mail.silent.test' });
    expect(field).toBe(
      'Authentication-Results: mx.example.test; dkim=none; spf=none smtp.helo=mail.silent.test; dmarc=none header.from=silent.test\r\n',
    );
  });
});

describe('RFC 7208: SPF is asked once', () => {
  test('what was said while the sender was connected is told, and not asked again', async () => {
    const spf = {
      result: 'pass',
      identity: 'mailfrom',
      value: 'a@spoken.test',
      domain: 'spoken.test',
    } as const;
    publish('spoken.test', 'reject');
    const before = dns.queries.length;
    const { field } = await verdictOn(from('spoken.test'), {
      reversePath: 'a@spoken.test',
      clientAddress: STRANGER,
      spf,
    });
    expect(field).toMatch(/; spf=pass smtp\.mailfrom=a@spoken\.test; dmarc=pass /);
    expect(dns.queries.slice(before)).not.toContain('txt spoken.test');
  });

  test('filter-dkim answers for a sender who is still connected', async () => {
    publish('asked.test', 'none');
    const { url, password } = at.nats;
    await using smtp = await connectBus({
      url,
      user: 'smtp',
      password,
      name: 'test-smtp',
      log: silentLogger(),
    });
    const of = { helo: 'mail.asked.test', reversePath: 'a@asked.test' };
    const result = async (clientAddress: string) =>
      (await smtp.ask(spfCheck, { ...of, clientAddress }, 10_000)).finding?.result;
    expect([await result('192.0.2.1'), await result(STRANGER)]).toEqual(['pass', 'fail']);
    dns.fail('silent.test', 'SERVFAIL');
    const unknown = await smtp.ask(
      spfCheck,
      { ...of, reversePath: 'a@silent.test', clientAddress: STRANGER },
      10_000,
    );
    expect(unknown.finding).toBeNull();
  });
});

describe('ADR 29: an address that hides its clients', () => {
  const HIDING = '10.20.30.40';
  const suspend = async (isSuspended: boolean): Promise<void> => {
    await at.db.query({
      text: `insert into lists.guarded_client (address, suspended_at) values ($1, case when $2 then now() end)
        on conflict (address) do update set suspended_at = excluded.suspended_at`,
      values: [HIDING, isSuspended],
    });
    const state = isSuspended ? 'suspended' : 'trusted';
    at.bus.emit(guardChanged, { address: HIDING, state });
  };
  afterAll(() => suspend(false));

  test('SPF of what comes through it is none, not fail, and DMARC holds nothing against it; a forger elsewhere still fails', async () => {
    publish('behind.test', 'reject');
    const client = { reversePath: 'a@behind.test', clientAddress: HIDING };
    expect(await verdictOn(from('behind.test'), client)).toMatchObject({
      field: expect.stringMatching(/spf=fail .*dmarc=fail/),
      result: 'quarantine',
    });
    await suspend(true);
    // What was said while it was connected may be from before.
    const spf = {
      result: 'fail',
      identity: 'mailfrom',
      value: 'a@behind.test',
      domain: 'behind.test',
    } as const;
    await eventually(async () => {
      const { field, result } = await verdictOn(from('behind.test'), { ...client, spf });
      expect(field).toContain(
        '; spf=none reason="the client is not known" smtp.mailfrom=a@behind.test;' +
          ' dmarc=permerror reason="the client is not known" header.from=behind.test policy.dmarc=reject',
      );
      expect(result).toBe('accept');
    });
    // SPF could not have confirmed this author, whoever the client is.
    expect(
      (await verdictOn(from('behind.test'), { ...client, reversePath: 'a@elsewhere.test' })).field,
    ).toMatch(/spf=none reason="the client is not known" .*dmarc=fail/);
    const { field } = await verdictOn(from('behind.test'), { ...client, clientAddress: STRANGER });
    expect(field).toMatch(/spf=fail smtp.mailfrom=a@behind.test; dmarc=fail/);
  });

  test('nothing is known of a sender who is still connected through it, and the DNS is not asked', async () => {
    publish('dialled.test', 'none');
    await suspend(true);
    const { url, password } = at.nats;
    await using smtp = await connectBus({ url, user: 'smtp', password, name: 'x', log: silentLogger() });
    const sender = { helo: 'mail.dialled.test', reversePath: 'a@dialled.test' };
    await eventually(async () => {
      const asked = dns.queries.length;
      const hidden = await smtp.ask(spfCheck, { ...sender, clientAddress: HIDING }, 10_000);
      expect(hidden.finding).toBeNull();
      expect(dns.queries.slice(asked)).not.toContain('txt dialled.test');
    });
    const known = await smtp.ask(spfCheck, { ...sender, clientAddress: STRANGER }, 10_000);
    expect(known.finding?.result).toBe('fail');
  });
});

describe('RFC 6376', () => {
  test('§3.5: what is changed after it was signed does not pass, body or header', async () => {
    const mail = String(await signed(MAIL, rsa, 'remote.test', 'rsa'));
    const changedBody = await verdictOn(mail.replace('hello', 'hallo'));
    expect(changedBody.field).toMatch(/dkim=fail reason="body hash did not verify"/);
    const changedSubject = await verdictOn(mail.replace('Subject: x', 'Subject: y'));
    expect(changedSubject.field).toMatch(/dkim=fail reason="bad signature"/);
  });

  test('§8.2: a signature of a part of the body does not speak for what was added', async () => {
    const mail = await signed(MAIL, rsa, 'remote.test', 'rsa', { maxBodyLength: 5 });
    const { field, result } = await verdictOn(mail, { clientAddress: STRANGER });
    expect(field).toMatch(/dkim=policy reason="only a part of the body is signed"/);
    expect(field).toMatch(/dmarc=fail/);
    expect(result).toBe('quarantine');
  });

  test('RFC 8301 §3.2: a key of less than 1024 bits is no proof', async () => {
    const weak = rsaKey(512);
    dns.set('weak._domainkey.remote.test', 'TXT', weak.record);
    const { field } = await verdictOn(await signed(MAIL, weak, 'remote.test', 'weak'));
    expect(field).toMatch(/dkim=policy/);
  });

  test('§3.6.1: a key that was taken back, or is not there, confirms nothing', async () => {
    dns.set('gone._domainkey.remote.test', 'TXT', 'v=DKIM1; p=');
    for (const selector of ['gone', 'nowhere']) {
      const { field } = await verdictOn(await signed(MAIL, rsa, 'remote.test', selector));
      expect(field).toMatch(/dkim=(neutral|permerror)/);
    }
  });
});

describe('dkim.onDmarcFail', () => {
  const forged = { clientAddress: STRANGER };

  test('follow: what the author asks for; a rejection tells nobody who did not write', async () => {
    await at.set('dkim', { onDmarcFail: 'follow' });
    publish('asks-none.test', 'none');
    publish('asks-junk.test', 'quarantine');
    publish('asks-reject.test', 'reject');
    dns.set('spammer.test', 'TXT', `v=spf1 ip4:${STRANGER} -all`);
    const plain = await accept(from('asks-none.test'), forged);
    const junk = await accept(from('asks-junk.test'), forged);
    const held = await accept(from('asks-reject.test'), forged);
    const rejected = await accept(from('asks-reject.test'), { ...forged, reversePath: 'me@spammer.test' });
    expect(await verdictOf(plain)).toMatchObject({ result: 'accept' });
    expect(await verdictOf(junk)).toMatchObject({ result: 'accept' });
    expect(await targetOf(plain)).toBeNull();
    expect(await targetOf(junk)).toBe('\\Junk');
    expect(await verdictOf(held)).toMatchObject({
      result: 'quarantine',
      reason: 'dmarc=fail (asks-reject.test: reject), spf=fail',
    });
    expect(await verdictOf(rejected)).toMatchObject({ result: 'reject' });
  });

  test('tag, junk and quarantine, whatever the author asks for; a change counts for the next mail', async () => {
    const judged = async (
      onDmarcFail: 'tag' | 'junk' | 'quarantine',
      isDone: (id: string) => Promise<boolean>,
    ) => {
      await at.set('dkim', { onDmarcFail });
      await eventually(async () => {
        const id = await accept(MAIL, forged);
        await verdictOf(id);
        expect(await isDone(id)).toBe(true);
      });
    };
    await judged('tag', async (id) =>
      /^X-Pochtar-Dmarc: fail; reason=.*\r\nAuthentication-Results: /.test((await verdictOf(id)).field),
    );
    await judged('junk', async (id) => (await targetOf(id)) === '\\Junk');
    await judged('quarantine', async (id) => (await verdictOf(id))['result'] === 'quarantine');
    await at.set('dkim', { onDmarcFail: 'follow' });
  });

  test('RFC 9989 §11.5: of several authors each has to be confirmed', async () => {
    publish('bank.test', 'reject');
    for (const authors of [
      'From: a@remote.test, b@bank.test\r\n',
      'From: a@remote.test\r\nFrom: b@bank.test\r\n',
    ]) {
      // The setting of the test before may still be in force for a moment.
      await eventually(async () => {
        const { result, field } = await verdictOn(MAIL.replace(/^From.*\r\n/, authors));
        expect(field).toMatch(/dmarc=fail header\.from=bank\.test policy\.dmarc=reject/);
        // Who sent it is confirmed, and is told.
        expect(result).toBe('reject');
      });
    }
  });

  async function targetOf(id: string): Promise<unknown> {
    const [row] = await at.db.query<{ target: string | null }>({
      text: 'select target from queue.verdict where mail_id = $1',
      values: [id],
    });
    return row?.target;
  }
});

describe('a DNS that does not answer', () => {
  test('for the author: the mail waits and comes again, and is judged by what is known in the end', async () => {
    publish('broken.test', 'reject');
    dns.fail('_dmarc.broken.test', 'SERVFAIL');
    const id = await accept(from('broken.test'), { clientAddress: STRANGER });
    for (const attempts of [1, 2]) {
      await eventually(async () => expect(await at.row(id)).toMatchObject({ state: 'parked', attempts }));
      expect(await at.row(id)).toMatchObject({ reason: expect.stringContaining('dmarc=temperror') });
      await at.db.query({ text: "update queue.mail set state = 'active' where id = $1", values: [id] });
      await at.bus.publishStep('dkim', id);
    }
    expect(await verdictOf(id)).toMatchObject({
      result: 'accept',
      field: expect.stringMatching(/dmarc=temperror/),
    });
  });

  test('for a key of the author: nothing is held against the mail', async () => {
    dns.fail('slow._domainkey.remote.test', 'SERVFAIL');
    const id = await accept(await signed(MAIL, rsa, 'remote.test', 'slow'), { clientAddress: STRANGER });
    await eventually(async () => expect(await at.row(id)).toMatchObject({ state: 'parked', attempts: 1 }));
    dns.set('slow._domainkey.remote.test', 'TXT', rsa.record);
    await at.db.query({ text: "update queue.mail set state = 'active' where id = $1", values: [id] });
    await at.bus.publishStep('dkim', id);
    expect(await verdictOf(id)).toMatchObject({
      result: 'accept',
      field: expect.stringMatching(/dkim=pass.*dmarc=pass/),
    });
  });

  test('is waited for by the mails that need it, and by no other', async () => {
    dns.fail('silent-spf.test', 'silence');
    const stuck = await Promise.all(
      Array.from({ length: 8 }, () => accept(MAIL, { reversePath: 'a@silent-spf.test' })),
    );
    expect(await verdictOn(MAIL)).toMatchObject({ result: 'accept' });
    for (const id of stuck) {
      // What is not the author's does not count.
      expect((await verdictOf(id)).field).toMatch(/spf=temperror.*dmarc=fail/);
    }
  });
});

describe('a hostile mail costs its own time only', () => {
  const many = (count: number): string =>
    Array.from(
      { length: count },
      (_, index) =>
        `DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=d${index}.test; s=s; h=from; l=${index}; bh=${'a'.repeat(43)}=; b=AAAA\r\n`,
    ).join('');

  test('1,000 signatures: ten are looked at, and their keys asked for once', async () => {
    const asked = dns.queries.length;
    const { field } = await verdictOn(many(1000) + MAIL);
    expect(field).toMatch(/dkim=policy reason="998 more signatures than are looked at"/);
    expect(dns.queries.slice(asked).filter((query) => query.includes('_domainkey')).length).toBeLessThan(11);
  });

  test('a header of a megabyte and of 40,000 lines: who the author is said to be is checked, and no signature', async () => {
    const mail = String(await signed(MAIL, rsa, 'remote.test', 'rsa'));
    for (const long of [
      `X-Long: ${'x'.repeat(1024 * 1024)}\r\n`,
      `X-Folded: a\r\n${' b\r\n'.repeat(40_000)}`,
    ]) {
      const { field, result } = await verdictOn(long + mail, { clientAddress: STRANGER });
      expect(field).toMatch(/dkim=policy reason="1 more signatures.*dmarc=fail/);
      expect(result).toBe('quarantine');
    }
  });

  test('a key record of 64 KB is no key', async () => {
    dns.set('huge._domainkey.remote.test', 'TXT', `v=DKIM1; p=${'A'.repeat(60_000)}`);
    const { field } = await verdictOn(await signed(MAIL, rsa, 'remote.test', 'huge'));
    expect(field).toMatch(/dkim=(neutral|permerror|temperror)/);
  });

  test('a body of 50 MB is read in pieces, and others pass it', async () => {
    const large = Buffer.concat([
      Buffer.from(MAIL),
      Buffer.alloc(50 * 1024 * 1024, 'all work and no play\r\n'),
    ]);
    const mail = await signed(large, rsa, 'remote.test', 'rsa');
    const order: string[] = [];
    const slow = accept(mail)
      .then(verdictOf)
      .then((verdict) => (order.push('large'), verdict));
    for (let count = 0; count < 5; count++) await verdictOn(MAIL).then(() => order.push('small'));
    expect((await slow).field).toMatch(/dkim=pass/);
    expect(order.slice(0, 3)).toEqual(['small', 'small', 'small']);
  });
});
