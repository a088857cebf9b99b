// What programs set the address book up with, and what one of them would find.
import type { Answers } from '../../src/contract/index.ts';

type SetUp = NonNullable<Answers<'GET /address-book/client'>['addressBook']>;

export function bookSetUp(login: string): SetUp {
  const query = `?emailaddress=${encodeURIComponent(login)}`;
  return {
    ...{ host: 'mx.firma.test', port: 389, security: 'tls', bases: ['dc=firma,dc=test'] },
    thunderbird: `/mail/address-book/user.js${query}`,
    outlook: `/mail/address-book/outlook.prf${query}`,
    apple: `/mail/address-book/apple.mobileconfig${query}`,
    cardDav: 'https://mx.firma.test:8443/',
  };
}

export function bookRoutes(isNew: () => boolean, changes: unknown[]) {
  return {
    'GET /address-book/client': (): Answers<'GET /address-book/client'> => ({
      addressBook: isNew() ? null : bookSetUp(''),
    }),
    'POST /address-book/try': ({ body }: { body: unknown }): Answers<'POST /address-book/try'> => {
      changes.push(body);
      return {
        filter: '(&(mail=*)(|(mail=ив*)(|(cn=ив*)(|(sn=ив*)(givenName=ив*)))))',
        ...{ base: 'dc=firma,dc=test', attributes: ['cn', 'mail', 'sn', 'givenName'], ms: 0.42, count: 21 },
        ...{ list: { position: 3, count: 400 }, fault: null, refusal: '' },
        entries: [
          { kind: 'person', address: 'ivan@firma.test', name: 'Иван Иванов' },
          { kind: 'group', address: 'ivanovo@firma.test', name: 'Ивановский отдел' },
        ],
        absent: [
          { address: 'iva@other.test', name: 'Ива', why: 'otherDomain' },
          { address: 'boss@firma.test', name: 'Иван Петрович', why: 'hidden' },
        ],
      };
    },
  };
}
