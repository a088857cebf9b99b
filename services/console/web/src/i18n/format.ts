// Numbers, sizes, times as the language writes them, in the zone of the viewer.
import type { Language } from './keys.ts';

const nbsp = '\u00a0';

/** Making a formatter takes many times as long as using it. */
const numberFormats = new Map<string, Intl.NumberFormat>();
const timeFormats = new Map<string, Intl.DateTimeFormat>();

function numberFormat(language: Language, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = JSON.stringify([language, options]);
  const made = numberFormats.get(key) ?? new Intl.NumberFormat(language, options);
  numberFormats.set(key, made);
  return made;
}

function timeFormat(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([language, options]);
  const made = timeFormats.get(key) ?? new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'ru', options);
  timeFormats.set(key, made);
  return made;
}

export function formatNumber(value: number, language: Language): string {
  // Written alike everywhere; the first formatter of a page takes a tenth of a second.
  return Number.isInteger(value) && value >= 0 && value < 1000
    ? String(value)
    : numberFormat(language).format(value);
}

const sizeUnits = {
  ru: ['Б', 'Кб', 'Мб', 'Гб', 'Тб'],
  en: ['B', 'KB', 'MB', 'GB', 'TB'],
} as const;

export function formatSize(bytes: number, language: Language): string {
  let value = bytes;
  let step = 0;
  while (value >= 1024 && step < 4) {
    value /= 1024;
    step++;
  }
  const digits = value < 10 && step > 0 ? 1 : 0;
  const number = numberFormat(language, { maximumFractionDigits: digits }).format(value);
  return `${number}${nbsp}${sizeUnits[language][step] ?? ''}`;
}

export function formatTime(at: string | number | Date, language: Language, withSeconds = false): string {
  const timeStyle = withSeconds ? 'medium' : 'short';
  return timeFormat(language, { dateStyle: 'medium', timeStyle }).format(new Date(at));
}

export function formatDay(at: string | number | Date, language: Language): string {
  return timeFormat(language, { dateStyle: 'medium' }).format(new Date(at));
}

/** With the zone, for a tooltip. */
export function formatExact(at: string | number | Date, language: Language): string {
  return timeFormat(language, { dateStyle: 'full', timeStyle: 'long' }).format(new Date(at));
}

export function isPast(at: string, now = Date.now()): boolean {
  return Date.parse(at) <= now;
}

const steps = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** `5 minutes ago`, `in 2 days`. */
export function formatRelative(at: string | number | Date, language: Language, now = Date.now()): string {
  const distance = new Date(at).getTime() - now;
  const [unit, size] =
    steps.find(([, length]) => Math.abs(distance) >= length) ?? (['second', 1000] as const);
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(Math.round(distance / size), unit);
}

/** 90 → `1 h 30 min`; the two largest parts. */
export function formatMinutes(minutes: number, language: Language): string {
  const parts = [
    ['day', Math.floor(minutes / 1440)],
    ['hour', Math.floor((minutes % 1440) / 60)],
    ['minute', Math.round(minutes % 60)],
  ] as const;
  const told = parts.filter(([, value]) => value > 0).slice(0, 2);
  if (told.length === 0) told.push(['minute', 0]);
  return told
    .map(([unit, value]) =>
      numberFormat(language, {
        style: 'unit',
        unit,
        unitDisplay: unit === 'day' ? 'long' : 'short',
      }).format(value),
    )
    .join(' ');
}
