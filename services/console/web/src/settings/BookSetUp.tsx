// What a program is told of the address book, and the files that tell it.
import type { Answer } from '../api/client.ts';
import { bookClients as english } from '../i18n/en/book-clients.ts';
import { addWords, useWords } from '../i18n/index.ts';
import { bookClients as russian } from '../i18n/ru/book-clients.ts';
import { CodeLine } from '../ui/CodeLine.tsx';
import { Facts } from '../ui/Facts.tsx';

addWords({ ru: russian, en: english });

type Book = NonNullable<Answer<'GET /address-book/client'>['addressBook']>;

/** `login` is '' while nobody's is known: there are no files then. */
export function BookSetUp({ book, login }: { book: Book; login: string }) {
  const { t } = useWords();
  const { host, port, security, bases } = book;
  return (
    <>
      <p>{t('bookClients.text')}</p>
      <Facts
        facts={[
          [
            t('bookClients.server'),
            <span key="s">
              <CodeLine>{host}</CodeLine>
              {t(`bookClients.security.${security}`, { port: String(port) })}
            </span>,
          ],
          ...bases.map((base) => [t('bookClients.base'), <CodeLine key={base}>{base}</CodeLine>] as const),
          login === '' ? null : [t('bookClients.login'), <CodeLine key="l">{login}</CodeLine>],
        ]}
      />
      {login === '' && <p className="p-muted">{t('bookClients.forWhom')}</p>}
      <ul className="p-list">
        <File name={t('bookClients.thunderbird')} at={book.thunderbird} login={login}>
          {t('bookClients.thunderbirdHelp')}
        </File>
        <File name={t('bookClients.outlook')} at={book.outlook} login={login}>
          {t('bookClients.outlookHelp')}
        </File>
        <File name={t('bookClients.apple')} at={book.apple} login={login}>
          {t('bookClients.appleHelp')}
        </File>
      </ul>
      <p>{t('bookClients.android')}</p>
      <CodeLine>{book.cardDav}</CodeLine>
    </>
  );
}

function File({ name, at, login, children }: { name: string; at: string; login: string; children: string }) {
  const [path = ''] = at.split('?');
  const href = `${path}?emailaddress=${encodeURIComponent(login)}`;
  return (
    <li>
      {login === '' ? (
        name
      ) : (
        <a href={href} download>
          {name}
        </a>
      )}
      {'. '}
      {children}
    </li>
  );
}
