/** What the numbers of the settings count. */
import type { Unit } from './forms/description.ts';

function unit(ru: string, en: string, measure: Unit['measure']): Unit {
  return { ru, en, measure };
}

export const milliseconds = unit('мс', 'ms', 'millisecond');
export const seconds = unit('сек.', 's', 'second');
export const minutes = unit('мин.', 'min', 'minute');
export const hours = unit('часов', 'h', 'hour');
export const days = unit('дней', 'days', 'day');
export const megabytes = unit('Мб', 'MB', 'megabyte');
export const percent = unit('%', '%', 'percent');
export const mailsPerMinute = unit('писем/мин', 'messages/min', 'rate');
export const mailsPerHour = unit('писем/час', 'messages/h', 'rate');
