// The quarantine of the pages' small installation: a virus on its way out to several, and what DLP holds for approval.
import type { Answers } from '../../src/contract/index.ts';

type Held = Answers<'GET /quarantine'>['mails'][number];

const at = '2026-01-01T10:00:00.000Z';

const mails: readonly [Held, ...Held[]] = [
  {
    ...{ mail: '0192f000-0000-7000-8000-000000000001', acceptedAt: at, heldAt: at, expiresAt: null },
    ...{ reversePath: 'anna@firma.test', origin: 'submitted', size: 4_400_000, subject: 'Договор №15' },
    ...{ filter: 'antivirus', reason: 'infected: Eicar-Signature (clamav)', recipientCount: 3 },
    recipients: ['boss@client.test', 'office@client.test', 'x@client.test'],
  },
  {
    ...{ mail: '0192f000-0000-7000-8000-000000000002', acceptedAt: at, heldAt: at },
    ...{ expiresAt: '2026-01-31T10:00:00.000Z', reversePath: '', origin: 'incoming', size: 52_000 },
    ...{ subject: '', filter: 'dlp', reason: 'rule Cards: bankCard', recipientCount: 1 },
    recipients: ['boss@client.test'],
  },
];

interface Asked {
  params: Record<string, string>;
  body: Record<string, never>;
}

export function quarantineRoutes(isNew: () => boolean, changes: unknown[]) {
  const outcome = ({ body }: Asked): Answers<'POST /quarantine/release'> => {
    changes.push(body);
    const { mails: done } = body as unknown as { mails: string[] };
    return { done, skipped: [], unknown: [], complaints: [] };
  };
  return {
    'GET /quarantine': (): Answers<'GET /quarantine'> => {
      const shown = isNew() ? [] : [...mails];
      return { mails: shown, total: shown.length, isTotalExact: true, next: null };
    },
    'GET /quarantine/:mail': ({ params }: Asked): Answers<'GET /quarantine/:mail'> => {
      const mail = mails.find((one) => one.mail === params['mail']) ?? mails[0];
      const verdicts = [{ filter: mail.filter, result: 'quarantine', reason: mail.reason, at }];
      const header = [
        { name: 'Received', value: 'from mail.client.test ([203.0.113.7]) by mx.firma.test with ESMTPS' },
        { name: 'Subject', value: mail.subject },
        {
          name: 'Content-Type',
          value: 'multipart/mixed; boundary="----=_NextPart_000_0012_01DA3C9B.7F1E2D30"',
        },
      ];
      return {
        mail,
        clientAddress: '203.0.113.7',
        helo: 'mail.client.test',
        verdicts,
        header,
        isHeaderCut: true,
      };
    },
    'GET /quarantine/:mail/text': (): Answers<'GET /quarantine/:mail/text'> => ({
      texts: [
        { type: 'text/plain', name: '', text: 'Добрый день!\n\nСчёт во вложении.', isCut: true },
        { type: 'text/html', name: '', text: `Ссылка: https://client.test/${'x'.repeat(120)}`, isCut: false },
      ],
      attachments: [
        { name: 'счёт.pdf.exe', type: 'application/octet-stream', size: 4_100_000 },
        { name: '', type: 'message/rfc822', size: 812 },
      ],
      isCut: true,
    }),
    'POST /quarantine/release': outcome,
    'POST /quarantine/approve': outcome,
    'POST /quarantine/delete': outcome,
  };
}
