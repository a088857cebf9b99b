// The people of the address book as a file: external contacts or accounts, page by page, so that nobody holds all of them.
import {
  type CardFormat,
  cardUid,
  csvHead,
  LDIF_HEAD,
  writeCsvCard,
  type WrittenCard,
  writeLdif,
  writeVcard,
} from '@pochtar/mail/cards';
import { adminContact, type ExternalContactInfo } from './contacts.ts';
import { type AccountInfo, adminAccount } from './directory.ts';
import type { AdminQuestion } from './question.ts';

export interface ExportWish {
  people: 'contacts' | 'accounts';
  format: CardFormat;
  /** Undefined: of all domains. */
  domain?: string | undefined;
  search?: string | undefined;
  /** Of the headings of a table. */
  language: 'ru' | 'en';
}

/** Asks, and answers the result; throws what is complained of. */
export type Ask = <Request, Result, Input>(
  question: AdminQuestion<Request, Result, Input>,
  request: NoInfer<Input>,
) => Promise<Result>;

const PAGE = 200;

/** The file in pieces. */
export async function* exportedPeople(ask: Ask, wish: ExportWish): AsyncGenerator<string> {
  const { format, language } = wish;
  let head = format === 'csv' ? csvHead(language) : format === 'ldif' ? LDIF_HEAD : '';
  const pages = wish.people === 'contacts' ? contactPages(ask, wish) : accountPages(ask, wish);
  for await (const page of pages) {
    // Behind the first answer: what is complained of comes before anything of the file.
    if (head !== '') yield head;
    head = '';
    for (const person of page) {
      const photo = person.hasPhoto && format !== 'csv' ? await person.photo() : null;
      yield written(person, photo, format);
    }
  }
}

interface Exported {
  /** Whose book it is in. */
  domain: string;
  displayName: string;
  card: Omit<WrittenCard, 'photo'>;
  hasPhoto: boolean;
  photo: () => Promise<Buffer | null>;
}

function written({ domain, displayName, card }: Exported, photo: Buffer | null, format: CardFormat): string {
  const whole = { ...card, photo };
  switch (format) {
    case 'csv':
      return writeCsvCard(whole, displayName);
    case 'ldif':
      return writeLdif(
        whole,
        `ou=people,${domain
          .split('.')
          .map((label) => `dc=${label}`)
          .join(',')}`,
      );
    case 'vcard':
      return writeVcard(whole, '4.0');
  }
}

async function* contactPages(ask: Ask, { domain, search }: ExportWish): AsyncGenerator<Exported[]> {
  let after: string | undefined;
  do {
    const page = await ask(adminContact.list, { domain, search, after, limit: PAGE });
    yield page.contacts.map((one) =>
      exported(one, `${one.domain} ${one.address}`, async () => {
        const { photo } = await ask(adminContact.photo, { domain: one.domain, address: one.address });
        return photo?.jpeg;
      }),
    );
    after = page.next ?? undefined;
  } while (after !== undefined);
}

async function* accountPages(ask: Ask, { domain, search }: ExportWish): AsyncGenerator<Exported[]> {
  let after: string | undefined;
  do {
    const page = await ask(adminAccount.list, { domain, search, after, limit: PAGE });
    yield page.accounts.map((one) =>
      exported(one, one.address, async () => {
        const { photo } = await ask(adminAccount.photo, { address: one.address });
        return photo?.jpeg;
      }),
    );
    after = page.next ?? undefined;
  } while (after !== undefined);
}

function exported(
  { domain, address, displayName, contact, hasPhoto }: ExternalContactInfo | AccountInfo,
  key: string,
  jpeg: () => Promise<string | undefined>,
): Exported {
  const named = `${contact.givenName ?? ''} ${contact.surname ?? ''}`.trim();
  return {
    ...{ domain, displayName, hasPhoto },
    card: { uid: cardUid(key), name: displayName || named || address, address, contact },
    async photo() {
      const data = await jpeg();
      return data === undefined ? null : Buffer.from(data, 'base64');
    },
  };
}
