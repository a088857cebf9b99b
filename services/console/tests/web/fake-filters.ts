// What the filters would say of a mail, in the pages' small installation: something of every kind; and the addresses that hide
// their clients.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answers } from '../../src/contract/index.ts';

type TriedMail = Answers<'POST /filters/try'>;
type Verdict = TriedMail['verdicts'][number];
type Said = Verdict['recipients'][number];
type Client = Answers<'GET /guard'>['clients'][number];

const at = '2026-01-01T10:00:00.000Z';

const plain = { header: null, target: null, settings: [], rule: null, reason: '' };

function said(code: Said['code'], ru: string, en: string, more: Partial<Said> = {}) {
  return { ...plain, code, text: { ru, en }, ...more };
}

const results = `Authentication-Results: mx.firma.test;\r\n spf=fail smtp.mailfrom=client.test;\r\n dkim=none; dmarc=fail header.from=client.test\r\n`;

const verdicts: Verdict[] = [
  {
    ...{ by: 'smtp', ms: 4, ...said('pass', 'пропустит', 'lets it pass') },
    ...{ reason: 'nothing against it', recipients: [] },
  },
  {
    ...{ by: 'dnsbl', ms: null, recipients: [] },
    ...said(
      'notAsked',
      'не спрашивается: клиент в белом списке',
      'is not asked: the client is on the white list',
    ),
  },
  {
    ...{ by: 'greylist', ms: null, recipients: [] },
    ...said('off', 'выключен', 'is switched off', { settings: ['greylist.enabled'] }),
  },
  {
    ...{ by: 'antivirus', ms: 412, recipients: [] },
    ...said('unknown', 'проверить не удалось', 'could not look', {
      reason: '127.0.0.1:3310: connect ECONNREFUSED',
      settings: ['antivirus.onScannerFailure'],
    }),
  },
  {
    ...{ by: 'dkim', ms: 1204, recipients: [] },
    ...said('changes', 'пропустит с изменениями', 'lets it pass with changes', {
      ...{ reason: 'dmarc=fail (client.test: quarantine), spf=fail', header: results },
      ...{ target: '\\Junk', settings: ['dkim.onDmarcFail'] },
    }),
  },
  {
    ...{ by: 'dlp', ms: 87, ...said('pass', 'пропустит', 'lets it pass', { reason: 'nothing found' }) },
    recipients: [
      {
        recipient: 'office@partner.test',
        ...said('hold', 'задержит', 'holds it', {
          ...{ reason: 'DLP rule “Карты”: спросите службу безопасности', rule: 'Карты' },
          settings: ['dlp.defaultAction'],
        }),
      },
    ],
  },
];

const tried: TriedMail = {
  ...{ origin: 'incoming', from: 'boss@client.test', client: '203.0.113.7', bytes: 52_000, verdicts },
  to: ['anna@firma.test', 'office@partner.test'],
  outcomes: [
    {
      ...{ code: 'changed', recipients: ['anna@firma.test'], by: null, reason: '', target: '\\Junk' },
      text: { ru: 'будет доставлено с изменениями', en: 'would be delivered with changes' },
    },
    {
      ...{ code: 'held', recipients: ['office@partner.test'], by: 'dlp', target: null },
      reason: 'DLP rule “Карты”: спросите службу безопасности',
      text: {
        ru: 'будет задержано до решения администратора',
        en: 'would be held for an administrator',
      },
    },
  ],
  remarks: [
    {
      code: 'edge',
      text: {
        ru: 'не проверялось то, для чего нужно соединение: шифрование, обратная запись, ограничения частоты и блокировки',
        en: 'what needs a connection was not tried: encryption, the reverse name, rates and bans',
      },
    },
  ],
};

interface Trying {
  changes: unknown[];
  /** It is waited for before the answer. */
  untilFinished: Promise<void> | null;
  failure: { status: number; body: object } | null;
}

/** The request of the form, and how large its file is, are among the changes. */
export async function tryMail(
  request: IncomingMessage,
  response: ServerResponse,
  { changes, untilFinished, failure }: Trying,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = { 'content-type': String(request.headers['content-type']) };
  const form = await new Response(Buffer.concat(chunks), { headers }).formData();
  const mail = form.get('mail') as File;
  changes.push({ asked: JSON.parse(form.get('request') as string), mail: await mail.text() });
  await untilFinished;
  const { status, body } = failure ?? { status: 200, body: tried };
  response.writeHead(status, {
    'content-type': status < 400 ? 'application/json' : 'application/problem+json',
  });
  response.end(JSON.stringify(body));
}

const clients: readonly Client[] = [
  {
    ...{ address: '172.18.0.1', state: 'suspended', domains: 43, firstAt: at, lastAt: at },
    ...{ suspendedAt: at, confirmedAt: null, confirmedBy: null },
    latest: ['client.test', 'partner.test', 'spam-spam-spam.test', 'news.test', 'shop.test'],
  },
  {
    ...{ address: '10.0.0.7', state: 'confirmed', domains: 50, firstAt: at, lastAt: at },
    ...{ suspendedAt: at, confirmedAt: at, confirmedBy: 'console:petr', latest: ['list.test'] },
  },
  {
    ...{ address: '10.0.0.9', state: 'counted', domains: 2, firstAt: at, lastAt: at },
    ...{ suspendedAt: null, confirmedAt: null, confirmedBy: null, latest: ['firma.test'] },
  },
];

interface Asked {
  params: Record<string, string>;
  query: URLSearchParams;
}

export function guardRoutes(isNew: () => boolean, changes: unknown[]) {
  const told = (guard: string, { params }: Asked): string => {
    changes.push({ guard, address: params['address'] });
    return params['address'] ?? '';
  };
  return {
    'GET /guard': ({ query }: Asked): Answers<'GET /guard'> => {
      const shown = clients.filter(({ state }) => state !== 'counted' || query.get('all') === 'true');
      return { clients: isNew() ? [] : shown, next: null };
    },
    'POST /guard/:address/confirm': (asked: Asked) => ({ address: told('confirm', asked) }),
    'POST /guard/:address/revoke': (asked: Asked) => ({ address: told('revoke', asked), isSuspended: true }),
  };
}
