// pochtar settings search: finds a setting by what one calls it.
import { adminSettings } from '@pochtar/bus';
import { describeForms } from '@pochtar/settings';
import { type SearchHit, searchForms } from '@pochtar/settings/forms';
import type { Command } from '../command.ts';
import { text } from '../language.ts';
import { table } from '../output.ts';
import { shownValue, withoutEffect } from '../settings-listing.ts';

export const settingsSearch: Command = {
  words: 'settings search',
  summary: text('найти настройку по словам', 'find a setting by words'),
  details: text(
    [
      '  pochtar settings search смартхост',
      '  pochtar settings search лимит вложений',
      'Ищет по названиям, синонимам, пояснениям и значениям, на двух языках и в любой раскладке клавиатуры.',
    ].join('\n'),
    [
      '  pochtar settings search smarthost',
      '  pochtar settings search attachment limit',
      'Looks through labels, other words for them, help and values, in both languages and under any keyboard layout.',
    ].join('\n'),
  ),
  args: [{ name: 'WORD', isMany: true }],
  options: {
    limit: { value: 'N', help: text('не больше стольких полей (20)', 'at most this many fields (20)') },
  },
  async run(session, input) {
    const limit = input.number('limit', { min: 1, max: 200 }) ?? 20;
    const { sections } = await session.askWhole(adminSettings.get, {});
    const states = new Map(sections.map((section) => [section.name, section]));
    const documents = Object.fromEntries(sections.map(({ name, document }) => [name, document]));
    const forms = describeForms();
    const hits = searchForms(forms, input.args.join(' '), { documents, limit });
    const valueOf = ({ section, field }: SearchHit) => documents[section]?.[field];
    const shown = (hit: SearchHit): string => {
      const isSet = states.get(hit.section)?.secrets[hit.field];
      if (isSet === undefined) return shownValue(valueOf(hit) ?? null);
      return session.say(isSet ? text('задан', 'set') : text('не задан', 'not set'));
    };
    const place = ({ section: name, field: fieldName, path }: SearchHit): string => {
      const section = forms.sections.find((one) => one.name === name);
      const field = [...(section?.fields ?? []), ...(section?.secrets ?? [])].find(
        (one) => one.name === fieldName,
      );
      if (section === undefined || field === undefined) return session.say(path);
      return session.say(path) + withoutEffect(session, section, field, documents[name] ?? {});
    };
    const header = [
      text('Поле', 'Field'),
      text('Значение', 'Value'),
      text('Где в консоли', 'Where in the console'),
    ];
    const code = await session.show(
      { hits: hits.map((hit) => ({ ...hit, value: valueOf(hit) ?? null })) },
      () =>
        table(
          header.map((one) => session.say(one)),
          hits.map((hit) => [`${hit.section}.${hit.field}`, shown(hit), place(hit)]),
        ),
    );
    if (hits.length === 0) {
      session.note(text('ничего не найдено: попробуйте другое слово', 'nothing found: try another word'));
    }
    return code;
  },
};
