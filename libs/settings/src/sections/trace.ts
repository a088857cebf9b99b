/** How long it can be looked up what became of a mail. */
import { integer, words } from '../field.ts';
import { defineSection } from '../section.ts';
import { text } from '../text.ts';
import { days } from '../units.ts';

export const trace = defineSection({
  name: 'trace',
  tab: 'more',
  label: text('История писем', 'Trace'),
  help: text('Запись о том, что произошло с каждым письмом.', 'The record of what became of each mail.'),
  appliedBy: ['delivery'],
  fields: {
    keepDays: integer(
      { min: 1, max: 3650, initial: 90, unit: days },
      words(
        'Хранить историю',
        'Keep the trace',
        'Более старые записи удаляются.',
        'Older records are deleted.',
      ),
    ),
  },
});
