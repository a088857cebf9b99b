import { expect, test } from 'vitest';
import { verdictReply } from './dialogue-filters.ts';

test('RFC 5321 §4.2: the reason of a filter is one line of printable text, whoever it quotes', () => {
  const text = 'listed: see\r\n250 ok\u0000 я';
  for (const result of ['defer', 'reject'] as const)
    expect(verdictReply({ result, text })?.text).toBe('listed: see%0D%0A250 ok%00 %D1%8F');
  expect(verdictReply({ result: 'accept' })).toBeNull();
  expect(verdictReply(null)).toBeNull();
});
