// Dates of fields, and of now: RFC 5260 §4, §5.
import { parseDate } from '@pochtar/mail';
import type { BoundArguments } from '../arguments.ts';
import type { TestDefinition } from '../definition.ts';
import { SieveError } from '../error.ts';
import { MATCH_TAGS, matchOf, valuesOf } from '../match.ts';
import type { Run } from '../run.ts';
import { choiceOf, INDEX_TAGS } from './header.ts';

interface Moment {
  /** The reading of the clock, as if it were UTC. */
  clock: Date;
  /** Minutes east of Greenwich. */
  zone: number;
}

const two = (number: number): string => String(number).padStart(2, '0');
const year = ({ clock }: Moment): string => String(clock.getUTCFullYear()).padStart(4, '0');
const date = (moment: Moment): string =>
  `${year(moment)}-${two(moment.clock.getUTCMonth() + 1)}-${two(moment.clock.getUTCDate())}`;
const time = ({ clock }: Moment): string =>
  [clock.getUTCHours(), clock.getUTCMinutes(), clock.getUTCSeconds()].map(two).join(':');
const zoneOf = ({ zone }: Moment, between: string): string =>
  `${zone < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(zone) / 60))}${between}${two(Math.abs(zone) % 60)}`;

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** The Julian day of 1 January 1970; the modified one, which RFC 5260 §4.2 means, begins at midnight. */
const MODIFIED_JULIAN_1970 = 40_587;
const DAY_MS = 86_400_000;

const PARTS: Readonly<Record<string, (moment: Moment) => string>> = {
  year,
  month: ({ clock }) => two(clock.getUTCMonth() + 1),
  day: ({ clock }) => two(clock.getUTCDate()),
  date,
  julian: ({ clock }) => String(Math.floor(clock.getTime() / DAY_MS) + MODIFIED_JULIAN_1970),
  hour: ({ clock }) => two(clock.getUTCHours()),
  minute: ({ clock }) => two(clock.getUTCMinutes()),
  second: ({ clock }) => two(clock.getUTCSeconds()),
  time,
  iso8601: (moment) => `${date(moment)}T${time(moment)}${zoneOf(moment, ':')}`,
  std11: (moment) => {
    const { clock } = moment;
    const day = `${DAYS[clock.getUTCDay()]}, ${two(clock.getUTCDate())} ${MONTHS[clock.getUTCMonth()]}`;
    return `${day} ${year(moment)} ${time(moment)} ${zoneOf(moment, '')}`;
  },
  zone: (moment) => zoneOf(moment, ''),
  weekday: ({ clock }) => String(clock.getUTCDay()),
};

const ZONE = /^([+-])(\d{2})([0-5]\d)$/;
const WRITTEN_ZONE = /([+-])(\d{2})([0-5]\d)(?:[ \t]*\([^)]*\))?[ \t]*$/;

function minutesOf(found: RegExpExecArray): number {
  const minutes = Number(found[2]) * 60 + Number(found[3]);
  return found[1] === '-' ? -minutes : minutes;
}

/** Null: as the clock on the wall goes. */
function zoneGiven(given: BoundArguments): number | null {
  const zone = given.constant('zone');
  if (zone === null) return null;
  const found = ZONE.exec(zone);
  if (found === null) {
    throw new SieveError(given.placeOf('zone'), `a zone is written as +0300, not as ${JSON.stringify(zone)}`);
  }
  return minutesOf(found);
}

function partGiven(given: BoundArguments, at: number): (moment: Moment) => string {
  const name = given.constant(at) ?? '';
  const part = Object.hasOwn(PARTS, name.toLowerCase()) ? PARTS[name.toLowerCase()] : undefined;
  if (part === undefined) {
    const parts = Object.keys(PARTS).join(', ');
    throw new SieveError(given.placeOf(at), `a date has ${parts}, not ${JSON.stringify(name)}`);
  }
  return part;
}

function momentOf(at: Date, zone: number): Moment {
  return { clock: new Date(at.getTime() + zone * 60_000), zone };
}

/** Undefined: there is no date in it. */
function readMoment(value: string, zone: number | 'original', run: Run): Moment | undefined {
  // RFC 5260 §4: of fields as Received, the date behind the last semicolon.
  const text = value.slice(value.lastIndexOf(';') + 1);
  const at = parseDate(text);
  if (at === null) return undefined;
  if (zone !== 'original') return momentOf(at, zone);
  const written = WRITTEN_ZONE.exec(text);
  return momentOf(at, written === null ? run.surroundings.zone(at) : minutesOf(written));
}

export const dateTest: TestDefinition = {
  name: 'date',
  needs: 'date',
  tags: { ...MATCH_TAGS, ...INDEX_TAGS, zone: { takes: 'string' }, originalzone: { takes: 'nothing' } },
  positional: ['string', 'string', 'strings'],
  compile(given, compiler) {
    given.oneOf(['zone', 'originalzone']);
    const name = given.text(0);
    const [part, keys] = [partGiven(given, 1), given.texts(2) ?? []];
    const [match, choice, zone] = [matchOf(given, compiler), choiceOf(given), zoneGiven(given)];
    const isOriginal = given.has('originalzone');
    return (run) => {
      const here = zone ?? run.surroundings.zone(run.surroundings.now);
      const moments = choice(run.fields.named(name?.(run) ?? ''))
        .map(({ raw }) => readMoment(raw, isOriginal ? 'original' : here, run))
        .filter((moment) => moment !== undefined);
      return match(run, moments.map(part), valuesOf(keys, run));
    };
  },
};

export const currentDate: TestDefinition = {
  name: 'currentdate',
  needs: 'date',
  tags: { ...MATCH_TAGS, zone: { takes: 'string' } },
  positional: ['string', 'strings'],
  compile(given, compiler) {
    const [part, keys] = [partGiven(given, 0), given.texts(1) ?? []];
    const [match, zone] = [matchOf(given, compiler), zoneGiven(given)];
    return (run) => {
      const { surroundings } = run;
      const moment = momentOf(surroundings.now, zone ?? surroundings.zone(surroundings.now));
      return match(run, [part(moment)], valuesOf(keys, run));
    };
  },
};
