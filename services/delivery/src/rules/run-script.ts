// The script of a recipient over a mail, with all that it may ask brought to it: scripts are compiled once, the body is read
// where a script looks at it, and what is remembered of earlier mail where it asks for that.
import {
  CARRIED_OUT,
  DEFAULT_LIMITS,
  Script,
  SieveError,
  type SieveResult,
  type Surroundings,
} from '@pochtar/sieve';
import { type Address, formatAddress } from '@pochtar/mail';
import { listMailboxes } from '@pochtar/store/mailbox';
import { type ActiveScript, remembered } from '@pochtar/store/rules';
import type { Queryable } from '@pochtar/store/db';

/** A mail as it is delivered. */
export interface RuledMail {
  header: Buffer;
  /** Header and body, of the body as much as scripts may look at. */
  octets(): Promise<Buffer>;
  size: number;
  /** Null: the null reverse path. */
  from: string | null;
  to: Address;
  clientAddress: string | null;
}

/** Compiled ones, the last used last. Of one script a few tens of kilobytes. */
const MAX_COMPILED = 500;
/** A script asks about one mail at a time what it did not know: two are more than any needs. */
const MAX_PASSES = 3;

type Compiled = Script | SieveError;

export class RuleScripts {
  readonly #compiled = new Map<string, { of: string; script: Compiled }>();

  /** What is wrong with a script is a result as well: it keeps the mail. */
  async run(tx: Queryable, heloName: string, active: ActiveScript, mail: RuledMail): Promise<SieveResult> {
    const script = this.#of(active);
    if (script instanceof SieveError) return broken(script);
    const { accountId } = active;
    const asked = {
      octets: script.needsBody ? await mail.octets() : mail.header,
      size: mail.size,
      envelope: { from: mail.from, to: formatAddress(mail.to) },
    };
    const mailboxes = asksForMailboxes(script) ? await listMailboxes(tx, accountId) : [];
    const known = new Map<string, boolean>();
    const surroundings: Surroundings = {
      now: new Date(),
      hasMailbox: (name) => mailboxes.some((mailbox) => mailbox.name === name),
      specialUse: (attribute) =>
        mailboxes.find(({ specialUse }) => `\\${specialUse}`.toLowerCase() === attribute.toLowerCase())
          ?.name ?? null,
      // RFC 5183 §4.1.
      environment: {
        ...{ name: 'Pochtar', host: heloName, domain: heloName.replace(/^[^.]*\./, '') },
        ...{ location: 'MDA', phase: 'during', 'remote-ip': mail.clientAddress ?? '' },
      },
      zone: (at) => -at.getTimezoneOffset(),
      wasSeen: (id) => known.get(id),
    };
    let result = script.run(asked, surroundings);
    for (let pass = 1; result.unknown.length > 0 && pass < MAX_PASSES; pass++) {
      const keys = await remembered(tx, accountId, result.unknown.map(seenKey));
      for (const id of result.unknown) known.set(id, keys.has(seenKey(id)));
      result = script.run(asked, surroundings);
    }
    return result;
  }

  #of({ accountId, name, content, updatedAt }: ActiveScript): Compiled {
    const key = String(accountId);
    const of = `${updatedAt.getTime()} ${name}`;
    const known = this.#compiled.get(key);
    const script = known?.of === of ? known.script : compiled(content);
    this.#compiled.delete(key);
    this.#compiled.set(key, { of, script });
    if (this.#compiled.size > MAX_COMPILED)
      this.#compiled.delete(this.#compiled.keys().next().value as string);
    return script;
  }
}

/** What is remembered of a mail that a script has asked about. */
export function seenKey(id: string): string {
  return `seen ${id}`;
}

function compiled(content: string): Compiled {
  try {
    return new Script(content, { limits: DEFAULT_LIMITS, extensions: CARRIED_OUT });
  } catch (error) {
    if (error instanceof SieveError) return error;
    throw error;
  }
}

function broken({ message, place: { line, column } }: SieveError): SieveResult {
  const actions = [{ kind: 'keep', flags: [], edits: null }] as const;
  return { actions, error: { message, line, column }, marks: [], unknown: [] };
}

function asksForMailboxes({ extensions }: Script): boolean {
  return extensions.has('mailbox') || extensions.has('special-use');
}
