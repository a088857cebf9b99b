/** Verifying the signatures of incoming mail and signing what leaves. */
import { bool, choice, option, textField, words } from '../field.ts';
import * as formats from '../formats.ts';
import { defineSection } from '../section.ts';
import { text } from '../text.ts';

const selector = {
  parse: formats.dkimSelector,
  maxLength: 63,
  expected: text(
    'укажите латинские буквы, цифры, дефис и точки, например default',
    'give letters, digits, hyphens and dots, such as default',
  ),
};

export const dkim = defineSection({
  name: 'dkim',
  tab: 'settings',
  label: text('DKIM-подпись', 'DKIM signature'),
  help: text(
    'Проверка подписей входящих писем и подпись исходящих.',
    'Verifying the signatures of incoming mail and signing outgoing mail.',
  ),
  appliedBy: ['filter-dkim', 'smtp', 'delivery'],
  fields: {
    verify: bool(
      true,
      words(
        'Проверять DKIM-подпись',
        'Verify DKIM signatures',
        'Наличие и правильность подписи входящих писем, вместе с SPF, DMARC и ARC; итог — в заголовке Authentication-Results.',
        'Presence and correctness for incoming mail, together with SPF, DMARC and ARC; the result is in the Authentication-Results header.',
      ),
    ),
    sign: bool(
      false,
      words(
        'Создавать DKIM-подпись',
        'Sign with DKIM',
        'Подписываются исходящие письма локальных доменов, у которых есть действующий ключ; остальные уходят без подписи.',
        'Outgoing mail of local domains that have an active key is signed; other mail goes unsigned.',
      ),
    ),
    selector: textField(
      selector,
      'default',
      words(
        'Селектор',
        'Selector',
        'Его получают новые ключи. У каждого почтового сервера одного домена должен быть свой.',
        'New keys get it. Each mail server of one domain needs one of its own.',
      ),
    ),
    onDmarcFail: choice(
      {
        follow: option(
          text('По политике отправителя', "Follow the sender's policy"),
          'Как просит домен отправителя: принять, в спам или отвергнуть. Если отправитель конверта не подтверждён SPF, вместо отказа письмо ждёт решения администратора: уведомление получил бы посторонний.',
          'As the domain of the sender asks: accept, junk or reject. Where SPF does not confirm the sender of the envelope, the mail waits for an administrator instead of being rejected: a stranger would get the notice.',
        ),
        tag: option(
          text('Пометить', 'Tag'),
          'Письмо доставляется с пометкой в заголовке.',
          'Delivered with a tag in its header.',
        ),
        junk: text('В папку спама', 'To the junk folder'),
        quarantine: option(
          text('В карантин', 'Quarantine'),
          'Ждёт решения администратора.',
          'Waits for the decision of an administrator.',
        ),
      },
      'follow',
      words(
        'Если письмо не проходит DMARC',
        'When a mail fails DMARC',
        'Что делать с входящим письмом, чей отправитель не подтверждён.',
        'What happens to incoming mail whose sender is not confirmed.',
      ),
    ),
  },
});
