// What tests ask: what becomes of a mail by a script, in one line an action.
import { type Action, Script, type SieveMail, type SieveResult, type Surroundings } from '@pochtar/sieve';

export interface Asked {
  mail?: string;
  from?: string | null;
  to?: string;
  /** Of the whole mail; else that of `mail`. */
  size?: number;
  mailboxes?: readonly string[];
  specialUses?: Readonly<Record<string, string>>;
  environment?: Readonly<Record<string, string>>;
  now?: string;
  seen?: ReadonlySet<string>;
  /** Other scripts: `personal name`, `global name`. */
  scripts?: Readonly<Record<string, string>>;
}

const MAIL =
  'From: coyote@desert.example.org\r\nTo: roadrunner@acme.example.com\r\nSubject: I have a present for you\r\n\r\nLook!\r\n';

export function run(script: string, asked: Asked = {}): SieveResult {
  const find = (name: string, location: string): string | null =>
    asked.scripts?.[`${location} ${name}`] ?? null;
  return new Script(script, { find }).run(mailOf(asked), surroundingsOf(asked));
}

/** `keep`, `fileinto A [\Seen]`, `redirect a@b`, `reject …`, `vacation …`; of a run that broke off its reason as well. */
export function judge(script: string, asked: Asked = {}): string[] {
  const { actions, error } = run(script, asked);
  return [...actions.map(shown), ...(error === null ? [] : [`error: ${error.message}`])];
}

function mailOf({
  mail = MAIL,
  from = 'coyote@desert.example.org',
  to = 'roadrunner@acme.example.com',
  size,
}: Asked): SieveMail {
  const octets = Buffer.from(mail.replace(/\r?\n/g, '\r\n'));
  return { octets, size: size ?? octets.length, envelope: { from, to } };
}

export function surroundingsOf(asked: Asked = {}): Surroundings {
  return {
    now: new Date(asked.now ?? '2026-11-28T10:15:30Z'),
    hasMailbox: (name) => (asked.mailboxes ?? ['INBOX']).includes(name),
    specialUse: (attribute) => asked.specialUses?.[attribute] ?? null,
    environment: asked.environment ?? {},
    zone: () => 180,
    wasSeen: (id) => asked.seen?.has(id) ?? false,
  };
}

function shown(action: Action): string {
  switch (action.kind) {
    case 'keep':
      return `keep${flagsOf(action.flags)}`;
    case 'fileinto':
      return `fileinto ${action.mailbox}${flagsOf(action.flags)}`;
    case 'redirect':
      return `redirect ${action.address}`;
    case 'reject':
      return `reject ${action.reason}`;
    case 'vacation':
      return `vacation ${action.reason}`;
  }
}

function flagsOf(flags: readonly string[]): string {
  return flags.length === 0 ? '' : ` [${flags.join(' ')}]`;
}
