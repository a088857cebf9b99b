/** How long mail is kept in the quarantine. */
import { bool, integer, presented, words } from '../field.ts';
import { defineSection } from '../section.ts';
import { text } from '../text.ts';
import { days } from '../units.ts';

export const quarantine = defineSection({
  name: 'quarantine',
  tab: 'more',
  label: text('Карантин', 'Quarantine'),
  help: text(
    'Задержанные письма, которые ждут решения администратора.',
    'Mail that waits for the decision of an administrator.',
  ),
  appliedBy: ['delivery'],
  fields: {
    expiryDays: presented(
      { empty: text('всегда', 'for ever') },
      integer(
        { min: 0, max: 3650, initial: 30, unit: days },
        words(
          'Хранить в карантине',
          'Keep in the quarantine',
          'После этого письмо удаляется. 0: хранить всегда.',
          'After this the mail is deleted. 0: keep it for ever.',
        ),
      ),
    ),
    ownerDigest: bool(
      false,
      words(
        'Сообщать владельцам ящиков',
        'Tell the owners of mailboxes',
        'Раз в сутки владелец узнаёт, какие письма для него задержаны. О задержанных DLP не сообщается.',
        'Once a day an owner is told which mails are held for the mailbox. Nothing is said of what DLP holds.',
      ),
    ),
  },
});
