// Rows of the blocks «Сетевые настройки» and «Шифрование».
import { freePort, rsaCertificatePem, rsaKeyPem } from '@pochtar/testkit';
import type { ConsoleGround } from './console-ground.ts';
import { row, type Save } from './console-row.ts';
import { behindBalancer, dhe, handshake, imap, pop3, smtp, trusted } from './console-wire.ts';

const elsewhere = ['127.0.0.2'];

const ports: Save = {
  about: 'порты',
  rows: [
    row({
      field: 'network.smtpPort',
      to: freePort,
      seen: (_, port) => smtp({ port }),
      becomes: /^220 /,
    }),
    row({
      field: 'network.pop3Port',
      to: freePort,
      seen: (_, port) => pop3({ port }),
      becomes: /^\+OK /,
    }),
    row({
      field: 'network.imapPort',
      to: freePort,
      seen: (_, port) => imap({ port }),
      becomes: /^\* OK /,
    }),
    row({
      field: 'network.submissionPort',
      to: freePort,
      seen: (_, port) => smtp({ port }, ['EHLO client.test', 'MAIL FROM:<a@remote.test>']),
      becomes: /^220 .*530 /s,
    }),
  ],
};

const access: Save = {
  about: 'порт 587, интерфейсы, балансировщики',
  rows: [
    row({
      field: 'network.submissionEnabled',
      to: false,
      seen: (at) => smtp({ port: at.ports.submission }),
      becomes: /^refused$/,
    }),
    row({
      field: 'network.accessInterfaces',
      to: elsewhere,
      seen: async ({ ports: { imap: port } }) =>
        `${await imap({ port })} ${await imap({ port, host: '127.0.0.2' })}`,
      becomes: /^refused \* OK/,
    }),
    row({
      field: 'network.trustedProxies',
      to: trusted.trustedProxies,
      seen: (at) => smtp(behindBalancer(at.ports.smtp, '203.0.113.9'), ['EHLO a.test']),
      becomes: /greets \[203\.0\.113\.9\]/,
    }),
  ],
};

const interfaces: Save = {
  about: 'интерфейсы для SMTP',
  rows: [
    row({
      field: 'network.smtpInterfaces',
      to: elsewhere,
      seen: async ({ ports: { smtp: port } }) =>
        `${await smtp({ port })} ${await smtp({ port, host: '127.0.0.2' })}`,
      becomes: /^refused 220/,
    }),
  ],
};

const tlsPorts: Save = {
  about: 'порты с TLS с первого байта',
  rows: [
    row({
      field: 'smtpEncryption.smtpsPort',
      to: freePort,
      seen: (_, port) => smtp({ port, tls: true }),
      becomes: /^220 /,
    }),
    row({
      field: 'accessEncryption.pop3sPort',
      to: freePort,
      seen: (_, port) => pop3({ port, tls: true }),
      becomes: /^\+OK /,
    }),
    row({
      field: 'accessEncryption.imapsPort',
      to: freePort,
      seen: (_, port) => imap({ port, tls: true }),
      becomes: /^\* OK /,
    }),
  ],
};

const versions: Save = {
  about: 'наименьшая версия TLS',
  rows: [
    row({
      field: 'smtpEncryption.minTlsVersion',
      to: 'TLSv1.3',
      seen: (at) => handshake(at.ports.smtps, { maxVersion: 'TLSv1.2' }),
      becomes: /^none: ERR_SSL/,
    }),
    row({
      field: 'accessEncryption.minTlsVersion',
      to: 'TLSv1.3',
      seen: (at) => handshake(at.ports.imaps, { maxVersion: 'TLSv1.2' }),
      becomes: /^none: ERR_SSL/,
    }),
  ],
};

const certificateName = 'rsa.test';

/** Uploaded once; its id. */
async function certificate(at: ConsoleGround): Promise<string> {
  const { certificates } = await at.api<{ certificates: { id: string; name: string }[] }>(
    'GET',
    '/certificates',
  );
  const known = certificates.find(({ name }) => name === certificateName);
  if (known !== undefined) return known.id;
  const data = Buffer.from(`${rsaCertificatePem}\n${rsaKeyPem}`).toString('base64');
  const body = { name: certificateName, files: [{ name: 'rsa.pem', data }] };
  const { certificate: stored } = await at.api<{ certificate: { id: string } }>(
    'POST',
    '/certificates',
    body,
  );
  return stored.id;
}

const certificates: Save = {
  about: 'сертификат и длина ключа DH',
  given: async (at) => void (await certificate(at)),
  isOpenedAnew: true,
  rows: [
    row({
      field: 'smtpEncryption.certificateId',
      to: certificate,
      typed: certificateName,
      seen: (at) => handshake(at.ports.smtps),
      becomes: /CN=rsa\.test/,
    }),
    row({
      field: 'smtpEncryption.dhBits',
      to: 3072,
      seen: (at) => dhe(at.ports.smtps),
      becomes: /DH 3072$/,
    }),
    row({
      field: 'accessEncryption.certificateId',
      to: certificate,
      typed: certificateName,
      seen: (at) => handshake(at.ports.pop3s),
      becomes: /CN=rsa\.test/,
    }),
    row({
      field: 'accessEncryption.dhBits',
      to: 4096,
      seen: (at) => dhe(at.ports.imaps),
      becomes: /DH 4096$/,
    }),
  ],
};

const implicitTls: Save = {
  about: 'порты с TLS с первого байта выключены',
  rows: [
    row({
      field: 'smtpEncryption.implicitTlsEnabled',
      to: false,
      seen: (at) => smtp({ port: at.ports.smtps, tls: true }),
      becomes: /^refused$/,
    }),
    row({
      field: 'accessEncryption.implicitTlsEnabled',
      to: false,
      seen: (at) => pop3({ port: at.ports.pop3s, tls: true }),
      becomes: /^refused$/,
    }),
  ],
};

const modes: Save = {
  about: 'режим шифрования',
  rows: [
    row({
      field: 'smtpEncryption.mode',
      to: 'none',
      seen: async (at) =>
        /STARTTLS/.test(await smtp({ port: at.ports.smtp }, ['EHLO a.test'])) ? 'offers it' : 'no STARTTLS',
      becomes: /^no STARTTLS$/,
    }),
    row({
      field: 'accessEncryption.mode',
      to: 'required',
      seen: (at) => imap({ port: at.ports.imap }),
      becomes: /LOGINDISABLED/,
    }),
  ],
};

export const networkSaves: readonly Save[] = [
  ports,
  access,
  interfaces,
  tlsPorts,
  versions,
  certificates,
  implicitTls,
  modes,
];
