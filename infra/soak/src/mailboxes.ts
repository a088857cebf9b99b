// People's mailboxes as a client sees them: logging in, reading every token, emptying.
import { ImapFlow } from 'imapflow';
import type { Findings } from './ledger.ts';
import type { Person, Rig } from './rig.ts';

/** Beside INBOX: what the IMAP load moves messages between. */
export const FOLDERS = ['Soak work', 'Soak done'];
const WAIT_MS = 120_000;
/** A notice carries the header of what it is about. */
const NOTICE_BYTES = 32 * 1024;

export async function logIn(rig: Rig, { address, password }: Person): Promise<ImapFlow> {
  const client = new ImapFlow({
    ...rig.endpoint('imap'),
    secure: false,
    doSTARTTLS: false,
    auth: { user: address, pass: password },
    logger: false,
    connectionTimeout: WAIT_MS,
    greetingTimeout: WAIT_MS,
    socketTimeout: WAIT_MS,
  });
  // The connection may be cut at any time; the command that was under way reports it.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

export async function createFolders(rig: Rig): Promise<void> {
  await forEach(rig, async (client) => {
    for (const folder of FOLDERS) await client.mailboxCreate(folder);
  });
}

/** Every token in every mailbox, at the far side, and in notices. */
export async function findTokens(rig: Rig): Promise<Findings> {
  const found: Findings = {
    counts: new Map([['far side', new Map(rig.farSide.counts())]]),
    flagged: new Set(),
  };
  await forEach(rig, async (client, { address }) => {
    for (const folder of ['INBOX', ...FOLDERS]) {
      const mailbox = await client.mailboxOpen(folder, { readOnly: true });
      if (mailbox.exists > 0) await readTokens(client, address, found);
    }
  });
  return found;
}

async function readTokens(client: ImapFlow, address: string, found: Findings): Promise<void> {
  const add = (place: string, token: string): void => {
    const tokens = found.counts.get(place) ?? new Map<string, number>();
    found.counts.set(place, tokens.set(token, (tokens.get(token) ?? 0) + 1));
  };
  const notices: number[] = [];
  const wanted = {
    uid: true,
    flags: true,
    bodyStructure: true,
    bodyParts: [{ key: '1', start: 0, maxLength: 100 }],
  };
  for await (const message of client.fetch('1:*', wanted)) {
    if (message.bodyStructure?.type === 'multipart/report') {
      notices.push(message.uid);
      continue;
    }
    const text = [...(message.bodyParts?.values() ?? [])].map((part) => part?.toString('latin1')).join('');
    const token = /token:(\S+)/.exec(text)?.[1] ?? `unreadable ${message.uid}`;
    add(`mailbox ${address}`, token);
    if (message.flags?.has('\\Flagged')) found.flagged.add(token);
  }
  if (notices.length === 0) return;
  const source = { uid: true, source: { start: 0, maxLength: NOTICE_BYTES } };
  for await (const message of client.fetch(notices, source, { uid: true })) {
    const text = message.source?.toString('latin1') ?? '';
    add(`notice ${address}`, /^Subject: load (\S+)/m.exec(text)?.[1] ?? `unreadable notice ${message.uid}`);
  }
}

export async function emptyMailboxes(rig: Rig): Promise<void> {
  await forEach(rig, async (client) => {
    for (const folder of ['INBOX', ...FOLDERS]) {
      const mailbox = await client.mailboxOpen(folder);
      if (mailbox.exists > 0) await client.messageDelete('1:*');
    }
  });
  rig.farSide.forget();
}

async function forEach(rig: Rig, work: (client: ImapFlow, person: Person) => Promise<void>): Promise<void> {
  for (const person of rig.people) {
    const client = await logIn(rig, person);
    try {
      await work(client, person);
    } finally {
      await client.logout().catch(() => client.close());
    }
  }
}
