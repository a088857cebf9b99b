// Dates as IMAP writes them: `17-Jul-1996 02:44:25 -0700` (RFC 9051 §9 date-time) and `17-Jul-1996` (date).
import { BadSyntax } from './cursor.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY_MS = 86_400_000;
const FIRST = Date.parse('0001-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59Z');
// Clients write days below 10 with one digit, too.
const DATE_TIME =
  /^( ?[0-9]|[0-9]{2})-([a-z]{3})-([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})$/i;
const DATE = /^([0-9]{1,2})-([a-z]{3})-([0-9]{4})$/i;

export function parseDateTime(text: string): Date {
  const found = DATE_TIME.exec(text);
  if (!found) throw new BadSyntax('malformed date-time');
  const [, day, month, year, hours, minutes, seconds, sign, zoneHours, zoneMinutes] =
    found as unknown as string[];
  const time = [Number(hours), Number(minutes), Number(seconds)] as const;
  if (time[0] > 23 || time[1] > 59 || time[2] > 60) throw new BadSyntax('malformed date-time');
  const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === '-' ? -1 : 1);
  const midnight = dayNumber(Number(day), month as string, Number(year)) * DAY_MS;
  const moment = midnight + ((time[0] * 60 + time[1] - offset) * 60 + time[2]) * 1000;
  // RFC 9051 §9: a year has four digits, in UTC too, as it is shown again.
  if (moment < FIRST || moment > LAST) throw new BadSyntax('no such date');
  return new Date(moment);
}

/** Days since 1970-01-01, without zone. */
export function parseDay(text: string): number {
  const found = DATE.exec(text);
  if (!found) throw new BadSyntax('malformed date');
  const [, day, month, year] = found as unknown as [string, string, string, string];
  return dayNumber(Number(day), month, Number(year));
}

function dayNumber(day: number, monthName: string, year: number): number {
  const month = MONTHS.findIndex((name) => name.toLowerCase() === monthName.toLowerCase());
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(year, month, day);
  if (month < 0 || day < 1 || date.getUTCMonth() !== month) throw new BadSyntax('no such date');
  return Math.floor(date.getTime() / DAY_MS);
}

/** In UTC: the zone an internal date was given in is not kept. What no four digits can say is shown as the nearest. */
export function formatDateTime(milliseconds: number): string {
  const date = new Date(Math.min(Math.max(milliseconds, FIRST), LAST));
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const year = String(date.getUTCFullYear()).padStart(4, '0');
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${day}-${MONTHS[date.getUTCMonth()]}-${year} ${time} +0000`;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}
