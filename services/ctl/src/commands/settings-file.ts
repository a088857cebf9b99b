// pochtar settings: export, import.
import { writeFile } from 'node:fs/promises';
import { adminSettings } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { contentOf, orComplain } from '../files.ts';
import { text } from '../language.ts';
import { saveAndWait, savingOptions } from '../save-and-wait.ts';

const exportAll: Command = {
  words: 'settings export',
  summary: text(
    'все настройки или некоторые разделы одним файлом YAML',
    'all settings, or some sections, as one YAML file',
  ),
  details: text('Секретов в файле нет.', 'The file has no secrets.'),
  args: [{ name: 'SECTION', isMany: true, isOptional: true }],
  options: {
    file: { value: 'FILE', help: text('в этот файл вместо вывода', 'into this file instead of the output') },
  },
  async run(session, input) {
    const sections = [...input.args];
    const result = await session.ask(adminSettings.export, {
      language: session.config.language,
      ...(sections.length > 0 && { sections }),
    });
    const file = input.option('file');
    if (file === undefined) return session.show(result, () => result.yaml);
    await orComplain(file, () => writeFile(file, result.yaml));
    return session.show({ file }, () => '');
  },
};

const importAll: Command = {
  words: 'settings import',
  summary: text(
    'изменить то, что стоит в файле YAML, всё вместе или ничего',
    'change what stands in a YAML file, all or nothing',
  ),
  details: text(
    'Чего в файле нет, остаётся как есть. FILE «-» — стандартный ввод. С --dry-run только показывает, что изменится.',
    'What the file does not have stays. FILE “-” is standard input. With --dry-run it only shows what would change.',
  ),
  args: [{ name: 'FILE' }],
  options: {
    wait: savingOptions.wait,
    timeout: savingOptions.timeout,
    comment: savingOptions.comment,
    'dry-run': savingOptions['dry-run'],
  },
  async run(session, input) {
    const yaml = await contentOf(session, input.arg(0));
    return saveAndWait(session, input, ({ comment, validateOnly }) =>
      session.ask(adminSettings.import, {
        yaml,
        dryRun: validateOnly,
        ...(comment !== undefined && { comment }),
      }),
    );
  },
};

export const settingsFileCommands: Command[] = [exportAll, importAll];
