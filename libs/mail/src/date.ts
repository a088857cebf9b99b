// Dates of mail headers: RFC 5322 §3.3, with the obsolete forms of §4.3 and the slips real programs make.

import { trimBlanks } from './blanks.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Longer values are no date. Comments included. */
const MAX_DATE = 256;

/** Minutes east of Greenwich. RFC 5322 §4.3 obs-zone; military letters carry no information there. */
const ZONES: Readonly<Record<string, number>> = {
  ut: 0,
  gmt: 0,
  utc: 0,
  z: 0,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
  msk: 180,
  msd: 240,
  cet: 60,
  cest: 120,
  eet: 120,
  eest: 180,
};

// A run of blanks is one space here.
const DATE =
  /^(?:[a-z]+\.?,? ?)?(\d{1,2})[ -]+([a-z]{3})[a-z]*\.?[ ,-]+(\d{2,4})[ ,]+(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2})(?:[.,]\d+)?)? ?(am|pm)? ?(?:([+-])(\d{2}):?(\d{2})|([a-z]+))?/i;
// asctime() and JavaScript put the year last: `Tue Nov 24 04:50:00 2026`.
const ASCTIME =
  /^(?:[a-z]+\.?,? )?([a-z]{3})[a-z]*\.? (\d{1,2}),? (\d{1,2}):(\d{1,2})(?::(\d{1,2}))? (?:([a-z]{2,4}) )?(\d{4})(?: ([+-])(\d{2}):?(\d{2}))?/i;
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})[t ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)? ?(?:z|([+-])(\d{2}):?(\d{2}))?/i;

/** What databases and IMAP can write with four digits of a year. */
const EARLIEST = Date.UTC(1900, 0, 1);
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59);

/** The instant a Date field names, or null. One outside the years 1900–9999, in UTC, is none. */
export function parseDate(value: string): Date | null {
  if (value.length > MAX_DATE) return null;
  const text = trimBlanks(value.replace(/\([^()]*\)/g, ' ').replace(/[ \t\r\n]+/g, ' '));
  return parseRfc5322(text) ?? parseAsctime(text) ?? parseIso(text);
}

function parseRfc5322(text: string): Date | null {
  const found = DATE.exec(text);
  if (!found) return null;
  const [, day, month, year, hour, minute, second, half, sign, zoneHour, zoneMinute, zone] = found;
  return instant({
    year: fullYear(year ?? ''),
    month: monthNumber(month ?? ''),
    day: Number(day),
    hour: hourOfDay(Number(hour), half),
    minute: Number(minute),
    second: Number(second ?? 0),
    offset: sign ? offsetMinutes(sign, zoneHour, zoneMinute) : (ZONES[zone?.toLowerCase() ?? ''] ?? 0),
  });
}

function parseAsctime(text: string): Date | null {
  const found = ASCTIME.exec(text);
  if (!found) return null;
  const [, month, day, hour, minute, second, zone, year, sign, zoneHour, zoneMinute] = found;
  return instant({
    year: Number(year),
    month: monthNumber(month ?? ''),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second ?? 0),
    offset: sign ? offsetMinutes(sign, zoneHour, zoneMinute) : (ZONES[zone?.toLowerCase() ?? ''] ?? 0),
  });
}

function parseIso(text: string): Date | null {
  const found = ISO.exec(text);
  if (!found) return null;
  const [, year, month, day, hour, minute, second, sign, zoneHour, zoneMinute] = found;
  return instant({
    year: Number(year),
    month: Number(month) - 1,
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second ?? 0),
    offset: sign ? offsetMinutes(sign, zoneHour, zoneMinute) : 0,
  });
}

// RFC 5322 §4.3: two digits are 2000–2049 and 1950–1999, three digits count from 1900.
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 2) return year < 50 ? 2000 + year : 1900 + year;
  return digits.length === 3 ? 1900 + year : year;
}

function monthNumber(name: string): number {
  const lower = name.toLowerCase();
  return MONTHS.findIndex((month) => month.toLowerCase() === lower);
}

function hourOfDay(hour: number, half: string | undefined): number {
  if (!half || hour > 12) return hour;
  return (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
}

function offsetMinutes(sign: string, hours: string | undefined, minutes: string | undefined): number {
  const size = Number(hours) * 60 + Number(minutes);
  // RFC 5322 §3.3: the zone is -9959 to +9959; zones beyond a day are typing errors and mean nothing.
  if (size >= 24 * 60) return 0;
  return sign === '-' ? -size : size;
}

interface CalendarTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  offset: number;
}

function instant(time: CalendarTime): Date | null {
  const { year, month, day, hour, minute, second } = time;
  if (year < 1900 || year > 9999 || month < 0 || month > 11 || hour > 23 || minute > 59 || second > 60)
    return null;
  const date = new Date(Date.UTC(year, month, day, hour, minute, Math.min(second, 59)));
  // Date rolls 31 June over to 1 July; a day that does not exist is an error.
  if (day < 1 || date.getUTCDate() !== day) return null;
  // 31 December 9999 in a western zone is a day of the year 10000.
  const moment = date.getTime() - time.offset * 60_000;
  return moment < EARLIEST || moment > LATEST ? null : new Date(moment);
}

const DAY_MS = 86_400_000;

/** The day that a Date field names, as it was written, whatever its zone; days since 1970. Null when it names none. */
export function writtenDay(value: string): number | null {
  const written = /(\d{1,2})[ \t\r\n-]+([a-z]{3})[a-z]*[ \t\r\n-]+(\d{4})\b/i.exec(value.slice(0, MAX_DATE));
  if (written === null) {
    const date = parseDate(value);
    return date === null ? null : Math.floor(date.getTime() / DAY_MS);
  }
  const [, day, month, year] = written as unknown as [string, string, string, string];
  const calendar = { year: Number(year), month: monthNumber(month), day: Number(day) };
  const date = instant({ ...calendar, hour: 0, minute: 0, second: 0, offset: 0 });
  return date === null ? null : Math.floor(date.getTime() / DAY_MS);
}

/**
 * Writes a date as RFC 5322 §3.3 has it.
 *
 * @param offset minutes east of Greenwich the clock reading is given in
 */
export function formatDate(date: Date, offset = 0): string {
  const local = new Date(date.getTime() + offset * 60_000);
  const size = Math.abs(offset);
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.trunc(size / 60))}${two(size % 60)}`;
  const day = `${DAYS[local.getUTCDay()]}, ${local.getUTCDate()} ${MONTHS[local.getUTCMonth()]}`;
  const time = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())}`;
  return `${day} ${String(local.getUTCFullYear()).padStart(4, '0')} ${time} ${zone}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
