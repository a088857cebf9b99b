import { expect, test } from 'vitest';
import { visibleParts } from './visible-text.ts';

test.each([
  ['invoice\u202efdp.exe', 'U+202E'],
  ['a\u0000b', 'U+0000'],
  ['zero\u200bwidth', 'U+200B'],
  ['line\u2028break', 'U+2028'],
])('%j: what does not show itself is shown', (text, shown) => {
  expect(visibleParts(text).filter(({ isControl }) => isControl)).toEqual([{ text: shown, isControl: true }]);
});

test('letters of any script and joined emoji stay as they are', () => {
  expect(visibleParts('Договор 👩\u200d💻 عقد')).toEqual([
    { text: 'Договор 👩\u200d💻 عقد', isControl: false },
  ]);
});

test('what is too long is cut, and says so', () => {
  expect(visibleParts('abcdef', 3).map(({ text }) => text)).toEqual(['abc', '…']);
});
