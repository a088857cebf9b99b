// Where the answers for mail programs come from: the settings as they are, and the domains that are served. Nothing says
// whether an address exists: it is only asked which domain it is of.
import { adminDomain, askWhole, type Bus, wholeServer } from '@pochtar/bus';
import { addressKey, parseAddress } from '@pochtar/mail';
import type { LiveSettings } from '@pochtar/settings';
import { type BookServer, bookServer, type MailServer, mailServers } from '@pochtar/settings/client-setup';
import { problemOf } from '../problem.ts';

type Section = 'network' | 'general' | 'smtpEncryption' | 'accessEncryption' | 'addressBook';
export type SetUpSettings = LiveSettings<Section>;

/** What the setting starts as on a machine without a name. */
const UNNAMED = 'localhost';
const KNOWN_MS = 10_000;

export class SetUp {
  readonly #bus: Bus;
  readonly #settings: SetUpSettings;
  #domains: { until: number; names: Promise<ReadonlySet<string>> } | undefined;

  constructor(bus: Bus, settings: SetUpSettings) {
    this.#bus = bus;
    this.#settings = settings;
  }

  /** `asked` is the name that the client asked for this server by; it stands where the settings have no name. */
  servers(asked: string): MailServer[] {
    return mailServers(this.#current(), this.#host(asked));
  }

  /** Null: the address book is switched off. */
  book(asked: string): BookServer | null {
    const addressBook = this.#settings.current('addressBook');
    return bookServer({ ...this.#current(), addressBook }, this.#host(asked));
  }

  #current() {
    return {
      network: this.#settings.current('network'),
      smtpEncryption: this.#settings.current('smtpEncryption'),
      accessEncryption: this.#settings.current('accessEncryption'),
    };
  }

  #host(asked: string): string {
    const { heloName } = this.#settings.current('general');
    return heloName === UNNAMED ? asked : heloName;
  }

  /** The address as it logs in, and its domain, when the domain is one of ours; null otherwise. */
  async ofOurs(written: string): Promise<{ address: string; domain: string } | null> {
    const parsed = parseAddress(written.trim());
    if (parsed === null) return null;
    const address = addressKey(parsed);
    const domain = address.slice(address.lastIndexOf('@') + 1);
    return (await this.#served()).has(domain) ? { address, domain } : null;
  }

  /** Of several names the first that is a domain of ours. */
  async domainOf(names: readonly string[]): Promise<string | null> {
    const served = await this.#served();
    return names.find((name) => served.has(name)) ?? null;
  }

  #served(): Promise<ReadonlySet<string>> {
    if (this.#domains !== undefined && this.#domains.until > Date.now()) return this.#domains.names;
    const names = this.#read();
    const mine = { until: Date.now() + KNOWN_MS, names };
    this.#domains = mine;
    names.catch(() => {
      if (this.#domains === mine) this.#domains = undefined;
    });
    return names;
  }

  async #read(): Promise<ReadonlySet<string>> {
    const reply = await askWhole(this.#bus, adminDomain.list, wholeServer('console'), {});
    if (!reply.ok) throw problemOf(reply.error);
    return new Set(reply.result.domains.map(({ name }) => name));
  }
}
