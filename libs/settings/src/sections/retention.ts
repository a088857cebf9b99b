/** How long messages stay in folders, and how long an expunged one can be brought back. */
import { type Format, formatted, integer, notYet, presented, records, words } from '../field.ts';
import type { FieldInput } from '../forms/description.ts';
import { defineSection } from '../section.ts';
import { text } from '../text.ts';
import { days } from '../units.ts';

const folder: Format = {
  parse: (input) =>
    /[\p{Cc}]/u.test(input) || input.trim() === '' ? undefined : input.trim().normalize('NFC'),
  maxLength: 200,
  expected: text('укажите имя папки, например Trash', 'give the name of a folder, such as Trash'),
};

const folderInput: FieldInput = {
  kind: 'text',
  maxLength: 200,
  expected: folder.expected,
  isOptional: false,
};

export const retention = defineSection({
  name: 'retention',
  tab: 'more',
  label: text('Срок хранения', 'Retention'),
  help: text(
    'Автоматическое удаление старых сообщений. По умолчанию ничего не удаляется.',
    'Old messages are deleted by themselves. Nothing is deleted by default.',
  ),
  appliedBy: ['tasks'],
  fields: {
    folders: presented(
      { empty: text('(нет)', '(none)') },
      notYet(
        records(
          {
            folder: {
              ...words(
                'Папка',
                'Folder',
                'Имя папки или её назначение.',
                'Name of the folder, or its special use.',
              ),
              schema: formatted(folder),
              input: folderInput,
            },
            days: integer(
              { min: 1, max: 3650, initial: 30, unit: days },
              words('Хранить', 'Keep', 'Более старые сообщения удаляются.', 'Older messages are deleted.'),
            ),
          },
          { maxItems: 100, initial: [], key: 'folder' },
          words('Папки', 'Folders', 'Во всех ящиках.', 'In all mailboxes.'),
        ),
        { off: [] },
      ),
    ),
    undeleteDays: presented(
      { empty: text('нельзя', 'not at all') },
      notYet(
        integer(
          { min: 0, max: 365, initial: 7, unit: days },
          words(
            'Восстановление удалённых',
            'Undelete',
            'Столько дней удалённое сообщение можно вернуть. 0: нельзя.',
            'For this many days a deleted message can be brought back. 0: not at all.',
          ),
        ),
        { off: 0 },
      ),
    ),
  },
});
