// Mailboxes with contact details, one of them hidden, and the photo that they have.
import { smallJpeg } from '@pochtar/testkit';

const megabyte = 1024 * 1024;
const account = (address: string, displayName: string, used: number, isEnabled = true) => ({
  id: 1,
  address,
  domain: 'firma.test',
  displayName,
  isEnabled,
  hasPassword: true,
  quotaBytes: 1024 * megabyte,
  usedBytes: used * megabyte,
  createdAt: '2026-01-01T10:00:00.000Z',
  contact: {
    ...{
      givenName: 'Анна',
      surname: 'Петрова',
      jobTitle: 'Ведущий специалист по внешнеэкономической деятельности',
    },
    ...{ department: 'Отдел снабжения', workPhone: '+7 495 123-45-67, доб. 12', office: '314' },
  },
  isHidden: !isEnabled,
  hasPhoto: isEnabled,
});

const photo = () => ({ photo: { jpeg: smallJpeg, width: 1, height: 1 } });

export const accounts = [
  account('anna@firma.test', 'Анна Петрова', 214),
  account('ochen.dlinnyy.adres.yashchika@firma.test', 'Константин Константинопольский-Задунайский', 980),
  account('blocked@firma.test', '<script>alert(1)</script>\u202etxt.exe', 3, false),
];

const external = (address: string, displayName: string, organisation: string) => ({
  ...{ domain: 'firma.test', address, displayName, hasPhoto: displayName.startsWith('Б') },
  contact: {
    organisation,
    workPhone: '+7 812 765-43-21',
    jobTitle: 'Менеджер по работе с ключевыми клиентами',
  },
  createdAt: '2026-01-01T10:00:00.000Z',
});

const externalContacts = [
  external('boris@postavshik.test', 'Борис Кузнецов', 'ООО «Поставщик промышленного оборудования»'),
  external('info@far.test', '', 'Far Ltd'),
];

/** What the book says of people, beside the lists of mailboxes. */
export const peopleRoutes = (isNew: () => boolean) => ({
  'GET /accounts/:address/photo': photo,
  'PUT /accounts/:address/photo': () => ({}),
  'GET /contacts': () => ({ contacts: isNew() ? [] : externalContacts, next: null }),
  'GET /domains/:name/contacts/:address/photo': photo,
});
