/**
 * The switches of the white list and the black list of senders. The entries are rows of their own (list-entry.ts):
 * they are added and removed one by one, expire, and are counted.
 */
import { bool, choice, option, words } from '../field.ts';
import { defineSection, type Finding } from '../section.ts';
import { text } from '../text.ts';

export const accessLists = defineSection({
  name: 'accessLists',
  tab: 'settings',
  label: text('Списки ограничений', 'Restriction lists'),
  help: text(
    'Запись адреса или сети решает раньше записи имени; из адресов и сетей побеждает самая узкая, при равенстве — белая. Белый список не отменяет антивирус, DLP, предел размера и проверку получателя. Сами записи — на страницах списков и в pochtar list.',
    'An entry of an address or network decides before one of a name; among addresses and networks the narrowest wins, and the white one when equal. The white list never skips antivirus, DLP, size or recipient checks. The entries themselves are on the pages of the lists and in pochtar list.',
  ),
  appliedBy: ['smtp'],
  fields: {
    relayForWhitelistedSenders: bool(
      false,
      words(
        'Пересылать почту отправителей из белого списка без авторизации',
        'Relay for white-listed sender names',
        'Опасно: имя отправителя (домен, сервер, ящик) легко подделать, и тогда сервер рассылает чужую почту.',
        'Dangerous: the name of a sender (domain, server, mailbox) is easily forged, and the server then spreads mail of strangers.',
      ),
    ),
    whiteNamesNeedSpf: choice(
      {
        notFail: option(
          text('SPF не должен отвергать отправителя', 'SPF must not fail'),
          'Явная подделка не проходит; домены без SPF действуют.',
          'An evident forgery does not pass; domains without SPF count.',
        ),
        pass: option(
          text('SPF должен подтвердить отправителя', 'SPF must pass'),
          'Действуют только имена доменов, у которых есть SPF.',
          'Only names of domains that have SPF count.',
        ),
        no: option(
          text('Не проверять', 'Do not check'),
          'Кто угодно может назваться именем из белого списка.',
          'Anybody can call himself by a white-listed name.',
        ),
      },
      'notFail',
      words(
        'Проверка SPF для имён белого списка',
        'SPF for names of the white list',
        'Имя из белого списка действует, только если SPF отвечает так. Без ответа DNS оно не действует.',
        'A name of the white list counts only while SPF answers like this. Without an answer of the DNS it does not count.',
      ),
    ),
  },
  cautions: ({ relayForWhitelistedSenders }) => (relayForWhitelistedSenders ? [relaysForNames] : []),
});

const relaysForNames: Finding = {
  field: 'relayForWhitelistedSenders',
  code: 'forgeable',
  message: text(
    'имя отправителя легко подделать, и сервер будет рассылать чужую почту: выключите и внесите в белый список адреса',
    'the name of a sender is easily forged, and the server then spreads mail of strangers: turn it off and white-list addresses',
  ),
};
