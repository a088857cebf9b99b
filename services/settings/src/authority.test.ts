import { X509Certificate } from 'node:crypto';
import { connect, createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { createAuthority, createServerCertificate, factsOf, type IssuedCertificate } from './authority.ts';

const now = new Date();
const hosts = ['mail.example.org', 'localhost', '127.0.0.1', '::1'];
let authority: IssuedCertificate;
let server: IssuedCertificate;

beforeAll(async () => {
  authority = await createAuthority('Pochtar mail.example.org', now);
  server = await createServerCertificate(authority, hosts, now);
});

function connectTo(host: string, minVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const listener = createServer({ cert: server.chainPem, key: server.keyPem });
    listener.listen(0, '127.0.0.1', () => {
      const { port } = listener.address() as AddressInfo;
      const options = { port, host: '127.0.0.1', servername: host, ca: authority.chainPem, minVersion };
      const socket: TLSSocket = connect(options, () => {
        resolve(socket.getProtocol());
        socket.destroy();
        listener.close();
      });
      socket.once('error', (error) => {
        listener.close();
        reject(error);
      });
    });
  });
}

describe('RFC 5280: a server certificate of our own authority', () => {
  test('is accepted by a client that trusts the authority, for its names only', async () => {
    expect(await connectTo('mail.example.org', 'TLSv1.2')).toBe('TLSv1.3');
    expect(await connectTo('localhost', 'TLSv1.3')).toBe('TLSv1.3');
    await expect(connectTo('other.example.org', 'TLSv1.2')).rejects.toThrow(/altnames/i);
  });

  test('carries all names, is no authority, and ends within 398 days', () => {
    expect(factsOf(server.chainPem)).toMatchObject({ subject: 'CN=mail.example.org', hosts });
    const [leaf, issuer] = server.chainPem
      .split(/(?<=-----END CERTIFICATE-----\n)/)
      .map((pem) => new X509Certificate(pem));
    expect(leaf?.ca).toBe(false);
    expect(issuer?.ca).toBe(true);
    expect(leaf?.checkIssued(issuer as X509Certificate)).toBe(true);
    expect(leaf?.verify((issuer as X509Certificate).publicKey)).toBe(true);
    const days =
      (new Date(leaf?.validTo ?? 0).getTime() - new Date(leaf?.validFrom ?? 0).getTime()) / 86_400_000;
    expect(days).toBeLessThanOrEqual(398);
  });

  test('two certificates never share a serial number', async () => {
    const again = await createServerCertificate(authority, hosts, now);
    expect(new X509Certificate(again.chainPem).serialNumber).not.toBe(
      new X509Certificate(server.chainPem).serialNumber,
    );
  });

  test('does not outlive its authority', async () => {
    const late = new Date(authority.notAfter.getTime() - 86_400_000);
    const short = await createServerCertificate(authority, hosts, late);
    expect(short.notAfter).toEqual(authority.notAfter);
  });
});
