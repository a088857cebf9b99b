// DANE (RFC 7672): far sides whose DNS is signed, and what is sent to them. The DNS of the tests says what it has
// validated, as the resolver beside the services does.
import { createHash } from 'node:crypto';
import { eventually } from '@pochtar/testkit';
import { createTestAuthority, type TestAuthority, type TestCertificate } from '@pochtar/testkit/authority';
import { keepStsPolicy } from '@pochtar/store/queue';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FarSide } from './far-side.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';
import { sending, type Sending } from './sending.ts';

let office: PostOffice;
let authority: TestAuthority;
let { newDomain, farSide, send, sent, deferred } = {} as Sending;
beforeAll(async () => {
  authority = await createTestAuthority();
  office = await openPostOffice();
  await office.startDelivery({ POCHTAR_TRAFFIC_SECONDS: '0.2' });
  ({ newDomain, farSide, send, sent, deferred } = sending(office));
});
afterAll(() => office[Symbol.asyncDispose]());

interface Signed {
  side: FarSide;
  host: string;
  /** Sets the TLSA records of the host, or of another one. */
  tlsa: (records: string[], host?: string) => void;
  shown: TestCertificate;
}

/** A far side whose zone is signed; it shows a certificate for its host. */
async function signed({ isTls = true, names }: { isTls?: boolean; names?: string[] } = {}): Promise<Signed> {
  const domain = `d${Number(newDomain().slice(1, -5)) + 1}.test`;
  const host = `mail.${domain}`;
  const shown = await authority.issue(names ?? [host]);
  const { cert, key } = shown;
  const side = await farSide({ options: isTls ? { cert, key } : { disabledCommands: ['STARTTLS'] } });
  office.dns.sign(domain);
  const port = office.ports.get(domain);
  const tlsa = (records: string[], at = host): void =>
    office.dns.set(`_${port}._tcp.${at}`, 'TLSA', ...records);
  return { side, host, tlsa, shown };
}

const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const named = ({ certificate }: Pick<TestCertificate, 'certificate'>): string =>
  hash(certificate.publicKey.export({ type: 'spki', format: 'der' }));
const nobody = `3 1 1 ${'ab'.repeat(32)}`;

async function detailOf({ side }: Signed): Promise<string | undefined> {
  const mail = await sent({ to: [`x@${side.domain}`] });
  return (await office.trace(mail))[0]?.detail;
}

/** Why it was not sent. */
async function refusalOf({ side }: Signed): Promise<string> {
  const mail = await send({ to: [`x@${side.domain}`] });
  const [waiting] = await deferred(mail);
  expect(side.received).toEqual([]);
  return waiting?.lastReply ?? '';
}

describe('RFC 7672 §2.2: TLSA records of a signed zone', () => {
  test('that name the certificate: sent, the trace says so, and it is counted', async () => {
    const far = await signed({ names: ['any.name.test'] });
    await using side = far.side;
    far.tlsa([nobody, `3 1 1 ${named(far.shown)}`]);
    expect(await detailOf(far)).toMatch(/\(TLS 1\.3, DANE\)$/);
    expect(side.received).toMatchObject([{ secure: true }]);
    const counted = {
      text: 'select policy, host, result, count::int from trace.tls_session where domain = $1',
      values: [side.domain],
    };
    await eventually(async () =>
      expect(await office.db.query(counted)).toEqual([
        { policy: 'tlsa', host: far.host, result: 'success', count: 1 },
      ]),
    );
  });

  test('that name its authority: sent to a certificate for the host', async () => {
    const far = await signed();
    await using _side = far.side;
    far.tlsa([`2 0 1 ${hash(authority.certificate.raw)}`]);
    expect(await detailOf(far)).toMatch(/DANE\)$/);
  });

  test('and not to one for another name', async () => {
    const far = await signed({ names: ['other.test'] });
    await using _side = far.side;
    far.tlsa([`2 0 1 ${hash(authority.certificate.raw)}`]);
    expect(await refusalOf(far)).toContain(
      `4.7.5 the certificate of ${far.host} is not for ${far.host}; the DNS (DANE) of ${far.side.domain} forbids`,
    );
  });

  test('that name another certificate: the mail waits, nothing is sent', async () => {
    const far = await signed();
    await using _side = far.side;
    far.tlsa([nobody]);
    expect(await refusalOf(far)).toContain('is none of those that its TLSA records name');
  });

  test('of a host without TLS: the mail waits, nothing is sent plain', async () => {
    const far = await signed({ isTls: false });
    await using _side = far.side;
    far.tlsa([nobody]);
    expect(await refusalOf(far)).toMatch(/4\.7\.4 .*offers no encryption \(STARTTLS\); the DNS \(DANE\) of/);
  });

  test('that nobody can use still demand TLS, with any certificate', async () => {
    const unusable = `0 1 1 ${'ab'.repeat(32)}`;
    const far = await signed({ names: ['other.test'] });
    await using _side = far.side;
    far.tlsa([unusable]);
    expect(await detailOf(far)).toMatch(/\(TLS 1\.3\)$/);
    const plain = await signed({ isTls: false });
    await using _plain = plain.side;
    plain.tlsa([unusable]);
    expect(await refusalOf(plain)).toContain('4.7.4');
  });

  test('RFC 7672 §2.1.2: no answer for them is no permission', async () => {
    const far = await signed();
    await using side = far.side;
    office.dns.fail(`_${office.ports.get(side.domain)}._tcp.${far.host}`, 'SERVFAIL');
    expect(await refusalOf(far)).toContain('the DNS is signed and gives no answer for');
    expect(side.connections()).toBe(0);
  });
});

describe('where they count for nothing', () => {
  test('a host in a zone that is not signed, whose DNS has no answer for one kind of address', async () => {
    const far = await signed();
    await using side = far.side;
    const elsewhere = `mail.un${side.domain}`;
    office.dns.set(side.domain, 'MX', `10 ${elsewhere}`);
    office.dns.set(elsewhere, 'A', '127.0.0.1');
    office.dns.fail(elsewhere, 'SERVFAIL', 'AAAA');
    expect(await detailOf(far)).toMatch(/\(TLS 1\.3\)$/);
  });

  test('in a zone that is not signed', async () => {
    await using side = await farSide();
    office.dns.set(`_${office.ports.get(side.domain)}._tcp.mail.${side.domain}`, 'TLSA', nobody);
    const mail = await sent({ to: [`x@${side.domain}`] });
    expect((await office.trace(mail))[0]?.detail).toMatch(/\(TLS 1\.3\)$/);
  });

  test('RFC 7672 §2.2.1: where the MX record is not signed', async () => {
    const far = await signed();
    await using side = far.side;
    const domain = `un${side.domain}`;
    office.dns.set(domain, 'MX', `10 ${far.host}`);
    office.ports.set(domain, office.ports.get(side.domain) as number);
    far.tlsa([nobody]);
    const mail = await sent({ to: [`x@${domain}`] });
    expect((await office.trace(mail))[0]?.detail).toMatch(/\(TLS 1\.3\)$/);
  });
});

test('RFC 7672 §2.1.3: behind aliases they are looked for at their end, and then at the name itself', async () => {
  const far = await signed({ names: ['other.test'] });
  await using side = far.side;
  const [end, own] = [`end.${side.domain}`, far.host];
  office.dns.set(own, 'CNAME', end);
  office.dns.set(end, 'A', '127.0.0.1');
  far.tlsa([nobody], own);
  far.tlsa([`3 1 1 ${named(far.shown)}`], end);
  expect(await detailOf(far)).toMatch(/DANE\)$/);
  const out = await signed({ names: ['other.test'] });
  await using _out = out.side;
  office.dns.set(out.host, 'CNAME', 'elsewhere.unsigned.test');
  office.dns.set('elsewhere.unsigned.test', 'A', '127.0.0.1');
  out.tlsa([nobody]);
  expect(await refusalOf(out)).toContain('TLSA records');
});

test('RFC 8461 §2: MTA-STS never allows what DANE forbids, and DANE is enough by itself', async () => {
  const policy = { id: '1', mode: 'enforce', maxAge: 1000 } as const;
  const far = await signed();
  await using side = far.side;
  far.tlsa([nobody]);
  await keepStsPolicy(office.db, side.domain, { ...policy, mx: [far.host] });
  expect(await refusalOf(far)).toContain('(DANE)');
  const other = await signed({ names: ['other.test'] });
  await using otherSide = other.side;
  other.tlsa([`3 1 1 ${named(other.shown)}`]);
  await keepStsPolicy(office.db, otherSide.domain, { ...policy, mx: ['elsewhere.test'] });
  expect(await detailOf(other)).toMatch(/DANE\)$/);
});
