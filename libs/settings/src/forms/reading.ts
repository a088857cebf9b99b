/** A number read in larger units: 5760 min is 4 d, 1536 MB is 1.5 GB. */
import { type Text, text } from '../text.ts';
import type { Unit } from './description.ts';

const seconds: Readonly<Partial<Record<Unit['measure'], number>>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
};

const parts = [
  { measure: 'day', seconds: 86_400, ru: 'сут', en: 'd' },
  { measure: 'hour', seconds: 3600, ru: 'ч', en: 'h' },
  { measure: 'minute', seconds: 60, ru: 'мин', en: 'min' },
  { measure: 'second', seconds: 1, ru: 'с', en: 's' },
] as const;

/** Undefined where it would say nothing new: 30 min is 30 min. */
export function readingOf(value: number, unit: Unit | undefined): Text | undefined {
  if (unit === undefined || !Number.isFinite(value) || value <= 0) return undefined;
  if (unit.measure === 'megabyte') return value < 1024 ? undefined : gigabytes(value);
  if (unit.measure === 'millisecond') return duration(value / 1000, unit.measure);
  const length = seconds[unit.measure];
  return length === undefined ? undefined : duration(value * length, unit.measure);
}

function duration(whole: number, measure: Unit['measure']): Text | undefined {
  if (!Number.isInteger(whole)) return undefined;
  let rest = whole;
  const found = parts.flatMap(({ seconds: length, ...part }) => {
    const count = Math.floor(rest / length);
    rest -= count * length;
    return count === 0 ? [] : [{ ...part, count }];
  });
  if (found.length === 0 || found[0]?.measure === measure) return undefined;
  const written = (language: keyof Text) => found.map((part) => `${part.count} ${part[language]}`).join(' ');
  return text(written('ru'), written('en'));
}

function gigabytes(value: number): Text {
  const count = String(Math.round((value / 1024) * 10) / 10);
  return text(`${count.replace('.', ',')} Гб`, `${count} GB`);
}
