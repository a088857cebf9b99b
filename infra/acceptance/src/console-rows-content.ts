// Rows of the blocks «Списки ограничений», «Общие настройки», «Антивирусная проверка вложений», «Разное».
import type { ConsoleGround } from './console-ground.ts';
import { enter, fateOf, freshName, receive, submit } from './console-mail.ts';
import { row, type Save } from './console-row.ts';
import { imap, smtp } from './console-wire.ts';

const rcpt = (at: ConsoleGround, from: string, to: string) =>
  smtp({ port: at.ports.smtp }, ['EHLO a.test', `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`]).then(
    (answers) => answers.trimEnd().split('\r\n').at(-1) ?? '',
  );

const lists: Save = {
  about: 'списки ограничений',
  given: async (at) => {
    at.dns.set('bad.test', 'TXT', 'v=spf1 -all');
    await enter(at, 'black', '@bad.test');
    await enter(at, 'white', 'a@bad.test', '@partner.test');
  },
  rows: [
    row({
      field: 'accessLists.relayForWhitelistedSenders',
      to: true,
      seen: (at) => rcpt(at, 'a@partner.test', 'x@far.test'),
      becomes: /^250 /,
    }),
    row({
      field: 'accessLists.whiteNamesNeedSpf',
      to: 'no',
      seen: (at) => rcpt(at, 'a@bad.test', at.anna.address),
      becomes: /^250 /,
    }),
  ],
};

async function foldersOfNew(at: ConsoleGround): Promise<string> {
  const account = { address: `${freshName()}@demo.test`, password: 'correct horse battery' };
  await at.api('POST', '/accounts', account);
  return imap({ port: at.ports.imap }, [`a LOGIN ${account.address} "${account.password}"`, 'b LIST "" "*"']);
}

const general: Save = {
  about: 'домен по умолчанию, папки нового ящика, SMTPUTF8',
  rows: [
    row({
      field: 'general.defaultDomain',
      to: 'demo.test',
      seen: (at) => imap({ port: at.ports.imap }, [`a LOGIN anna ${at.anna.password}`]),
      becomes: /^a OK/m,
    }),
    row({
      field: 'general.autoCreateFolders',
      to: async (at: ConsoleGround) => [
        ...(((await at.settings()).get('general')?.document['autoCreateFolders'] as object[] | undefined) ??
          []),
        { name: 'Projects', specialUse: 'none' },
      ],
      // Behind those that are there.
      typed: [{ name: 'Projects' }],
      seen: foldersOfNew,
      becomes: /^\* LIST .* "?Projects"?\r$/m,
    }),
    row({
      field: 'general.organisation',
      to: 'ООО «Ромашка»',
      seen: async (at) => (await at.api<{ organisation: string }>('GET', '/session')).organisation,
      becomes: /^ООО «Ромашка»$/,
    }),
    row({
      field: 'misc.smtpUtf8',
      to: false,
      seen: async (at) =>
        /SMTPUTF8/.test(await smtp({ port: at.ports.smtp }, ['EHLO a.test'])) ? 'offered' : 'not offered',
      becomes: /^not offered$/,
    }),
  ],
};

type Name = 'clamav' | 'kaspersky' | 'drweb';

const shown = (name: Name) => async (at: ConsoleGround) => at.scanners[name].shown;

const scanners: Save = {
  about: 'антивирусы и их адреса',
  rows: [
    row({
      field: 'antivirus.clamavEnabled',
      to: true,
      seen: shown('clamav'),
      becomes: /zINSTREAM/,
    }),
    row({
      field: 'antivirus.clamavAddress',
      to: (at) => at.scanners.clamav.address,
      seen: shown('clamav'),
      becomes: /Subject: to all scanners/,
    }),
    row({
      field: 'antivirus.kasperskyEnabled',
      to: true,
      seen: shown('kaspersky'),
      becomes: /RESPMOD icap:/,
    }),
    row({
      field: 'antivirus.kasperskyAddress',
      to: (at) => `icap://${at.scanners.kaspersky.address}/avscan`,
      seen: shown('kaspersky'),
      becomes: /Subject: to all scanners/,
    }),
    row({
      field: 'antivirus.drwebEnabled',
      to: true,
      seen: shown('drweb'),
      becomes: /zINSTREAM/,
    }),
    row({
      field: 'antivirus.drwebAddress',
      to: (at) => at.scanners.drweb.address,
      seen: shown('drweb'),
      becomes: /Subject: to all scanners/,
    }),
  ],
  act: async (at) => void (await fateOf(at, await receive(at, { subject: 'to all scanners' }))),
};

const scannedBy = (address: string) => ({ clamavEnabled: true, clamavAddress: address });
const large = { bytes: 1_200_000 };

const largest: Save = {
  about: 'наибольший размер проверяемого письма',
  given: (at) => at.given({ antivirus: scannedBy(at.scanners.clamav.address) }),
  rows: [
    row({
      field: 'antivirus.maxScanSizeMb',
      to: 1,
      seen: async (at) => fateOf(at, await receive(at, large)),
      becomes: /^held: /,
    }),
  ],
};

const unscannable: Save = {
  about: 'письмо, которое нельзя проверить',
  given: (at) => at.given({ antivirus: { ...scannedBy(at.scanners.clamav.address), maxScanSizeMb: 1 } }),
  rows: [
    row({
      field: 'antivirus.onUnscannable',
      to: 'deliverTagged',
      seen: async (at) => fateOf(at, await receive(at, large)),
      becomes: /^delivered$/,
    }),
  ],
};

const infected: Save = {
  about: 'заражённое исходящее письмо',
  given: async (at) => {
    at.scanners.clamav.virus = 'Eicar-Signature';
    const relay = { host: '127.0.0.1', port: at.relay.port, smtps: true };
    await at.given({ antivirus: scannedBy(at.scanners.clamav.address), relay });
  },
  rows: [
    row({
      field: 'antivirus.onInfectedOutgoing',
      to: 'replace',
      seen: async (at) => {
        const fate = await fateOf(at, await submit(at, { subject: 'infected' }));
        return `${fate}; at the relay: ${at.relay.received.at(-1)?.text ?? 'nothing'}`;
      },
      becomes: /^relayed; .*Content-Type: message\/rfc822.*Subject: infected/s,
    }),
  ],
};

const silent: Save = {
  about: 'антивирус, который не отвечает',
  given: async (at) => {
    at.scanners.clamav.virus = undefined;
    // Nobody listens at the port of discarding.
    await at.given({ antivirus: scannedBy('127.0.0.1:9') });
  },
  rows: [
    row({
      field: 'antivirus.onScannerFailure',
      to: 'deliver',
      seen: async (at) => fateOf(at, await receive(at)),
      becomes: /^delivered$/,
    }),
  ],
};

export const contentSaves: readonly Save[] = [
  lists,
  general,
  scanners,
  largest,
  unscannable,
  infected,
  silent,
];
