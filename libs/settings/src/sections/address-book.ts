/** The LDAP address book for mail clients and the web mail. */
import { bool, choice, port, presented, textField, words, option } from '../field.ts';
import * as formats from '../formats.ts';
import { defineSection } from '../section.ts';
import { text } from '../text.ts';

const baseDn = {
  parse: formats.baseDns,
  maxLength: 1000,
  expected: text(
    'укажите одно или несколько имён через «;», например dc=example,dc=org',
    'give one or several names separated by “;”, such as dc=example,dc=org',
  ),
};

export const addressBook = defineSection({
  name: 'addressBook',
  tab: 'addressBook',
  label: text('Адресная книга', 'Address book'),
  help: text(
    'Адресная книга сервера для почтовых клиентов (LDAP).',
    'The address book of the server for mail clients (LDAP).',
  ),
  appliedBy: ['ldap', 'console'],
  fields: {
    enabled: bool(
      true,
      words(
        'Использовать Адресную книгу',
        'Use the address book',
        'Включает службу LDAP для почтовых клиентов.',
        'Switches the LDAP service on for mail clients.',
      ),
    ),
    port: presented(
      { fullLabel: text('Порт LDAP', 'LDAP port') },
      port(389, words('Порт', 'Port', 'Порт LDAP.', 'The LDAP port.')),
    ),
    baseDn: presented(
      { widget: 'baseDn' },
      textField(
        baseDn,
        'dc=pochtar,dc=local',
        words(
          'Base DN',
          'Base DN',
          'База поиска; несколько разделяются точкой с запятой, отвечает каждая.',
          'Search base; several are separated by semicolons, and every one answers.',
        ),
      ),
    ),
    skipGroups: bool(
      false,
      words(
        'Пропускать группы',
        'Skip groups',
        'Отвечать только людьми, без групп рассылки.',
        'Answer with people only, without distribution groups.',
      ),
    ),
    publishToWebmail: bool(
      true,
      words(
        'Передавать в веб-почту',
        'Offer it to the web mail',
        'Адресная книга видна и в веб-почте: с адресов из настройки «Адреса веб-почты». Выключено: с них книги нет.',
        'The web mail shows the address book too: from the addresses of the setting “Addresses of the web mail”. Off: for them there is no book.',
      ),
    ),
    visibility: choice(
      {
        ownDomain: text('Свой домен', 'Own domain'),
        all: option(
          text('Все домены', 'All domains'),
          'Пользователи одного домена видят людей остальных.',
          'Users of one domain see the people of the others.',
        ),
      },
      'ownDomain',
      words(
        'Кого видит пользователь',
        'Whom a user sees',
        'Людей и группы каких доменов находит поиск.',
        'The people and groups of which domains a search finds.',
      ),
    ),
    access: choice(
      {
        login: text('После входа', 'After a login'),
        localNetworks: text('Из локальных сетей без входа', 'From local networks without a login'),
        anyone: option(
          text('Всем без входа', 'Anyone without a login'),
          'Адреса может собрать любой, кто достучится до порта.',
          'Whoever reaches the port can collect the addresses.',
        ),
      },
      'login',
      words(
        'Кто может искать',
        'Who may search',
        'При обязательном шифровании POP3/IMAP вход по паролю возможен только внутри TLS.',
        'While encryption of POP3/IMAP is required, a login with a password needs TLS.',
      ),
    ),
  },
  cautions: ({ enabled, access }) =>
    enabled && access === 'anyone'
      ? [
          {
            field: 'access',
            code: 'harvestable',
            message: text(
              'адреса всех ящиков соберёт любой, кто достучится до порта: выберите login или localNetworks',
              'whoever reaches the port can collect the addresses of all mailboxes: choose login or localNetworks',
            ),
          },
        ]
      : [],
});
