// What a new server needs, in the order in which one depends on the other, and whether it is there: read from what the
// server has, never from what was clicked. Undefined where that is not known yet.
import type { FirstStep } from '@pochtar/bus';
import type { Answer } from '../../api/client.ts';
import { useApi } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';

export type PutOff = Answer<'GET /steps'>['putOff'][number];

export interface Step {
  id: FirstStep;
  isDone: boolean | undefined;
  /** The server works without it. */
  isOptional: boolean;
  /** Not done, and somebody said why not yet. */
  putOff?: PutOff;
}

interface KnownDomain {
  name: string;
  accounts: number;
  dns: { problems: number | null } | null;
}

export interface Known {
  /** The administrator that looks chose the password. */
  hasOwnPassword: boolean;
  sections: readonly { name: string; document: Record<string, unknown> }[] | undefined;
  domains: readonly KnownDomain[] | undefined;
  certificates: readonly { isCa: boolean; origin: string; usedBy: readonly string[] }[] | undefined;
  /** Ends of mails within the days that are looked back at. */
  outcomes: readonly string[] | undefined;
  putOff: readonly PutOff[] | undefined;
}

/** What `./pochtar up` makes to play with; it leads nowhere in DNS. */
const DEMO_DOMAIN = 'demo.test';

export function ownDomains<D extends { name: string }>(domains: readonly D[]): D[] {
  return domains.filter(({ name }) => name !== DEMO_DOMAIN);
}

const scanners = ['clamavEnabled', 'kasperskyEnabled', 'drwebEnabled'];

export function stepsOf(known: Known): Step[] {
  return seenSteps(known).map((step) => withPutOff(step, known.putOff));
}

/** What is done is done, put off or not; what is not may be put off, which is not known yet when `all` is undefined. */
function withPutOff(step: Step, all: Known['putOff']): Step {
  if (step.isDone !== false) return step;
  if (all === undefined) return { ...step, isDone: undefined };
  const putOff = all.find((one) => one.step === step.id);
  return putOff === undefined ? step : { ...step, putOff };
}

function seenSteps({ hasOwnPassword, sections, domains: all, certificates, outcomes }: Known): Step[] {
  const domains = all === undefined ? undefined : ownDomains(all);
  const value = (section: string, field: string): unknown =>
    sections?.find(({ name }) => name === section)?.document[field];
  const textOf = (section: string, field: string): string => {
    const found = value(section, field);
    return typeof found === 'string' ? found : '';
  };
  const known = (there: unknown, is: () => boolean): boolean | undefined =>
    there === undefined ? undefined : is();
  const isSet = (section: string, field: string) => known(sections, () => textOf(section, field) !== '');
  const vital = (id: FirstStep, isDone: boolean | undefined): Step => ({ id, isDone, isOptional: false });
  const isRelayed = known(outcomes, () => outcomes?.includes('relayed') ?? false);
  return [
    vital('password', hasOwnPassword),
    vital('organisation', isSet('general', 'organisation')),
    vital(
      'name',
      known(sections, () => textOf('general', 'heloName').includes('.')),
    ),
    vital(
      'domain',
      known(domains, () => (domains?.length ?? 0) > 0),
    ),
    vital(
      'dns',
      known(domains, () => domains?.some(({ dns }) => dns?.problems === 0) ?? false),
    ),
    vital(
      'certificate',
      known(
        certificates,
        () =>
          certificates?.some(
            ({ isCa, origin, usedBy }) => !isCa && origin === 'imported' && usedBy.length > 0,
          ) ?? false,
      ),
    ),
    vital('way', isSet('relay', 'host') === true ? true : isRelayed),
    vital(
      'account',
      known(domains, () => domains?.some(({ accounts }) => accounts > 0) ?? false),
    ),
    vital(
      'mail',
      known(outcomes, () => outcomes?.some((one) => one === 'delivered' || one === 'relayed') ?? false),
    ),
    { id: 'alert', isDone: isSet('alerts', 'address'), isOptional: true },
    {
      id: 'antivirus',
      isDone: known(sections, () => scanners.some((field) => value('antivirus', field) === true)),
      isOptional: true,
    },
  ];
}

export interface Progress {
  done: number;
  /** Without what is put off. */
  total: number;
  putOff: number;
  /** Nothing that the server needs is missing. */
  isOver: boolean;
}

/** Of what the server needs; null where that is not known yet. */
export function progressOf(steps: readonly Step[]): Progress | null {
  const vital = steps.filter(({ isOptional }) => !isOptional);
  if (vital.some(({ isDone }) => isDone === undefined)) return null;
  const done = vital.filter(({ isDone }) => isDone === true).length;
  const putOff = vital.filter((step) => step.putOff !== undefined).length;
  const total = vital.length - putOff;
  return { done, total, putOff, isOver: done === total };
}

const dayMs = 86_400_000;
const lookBackMs = 30 * dayMs;

/** Rounded to a day, so that rendering again is the same question. */
const since = (): string => new Date(Math.floor((Date.now() - lookBackMs) / dayMs) * dayMs).toISOString();

export function useKnown(isAsked: boolean, every: number | false) {
  const { hasOwnPassword } = useWho();
  const options = { enabled: isAsked, every, staleTime: every === false ? 300_000 : 2000 };
  const settings = useApi('GET /settings', {}, options);
  const domains = useApi('GET /domains', {}, options);
  const certificates = useApi('GET /certificates', {}, options);
  const trace = useApi('GET /trace', { query: { limit: 50, since: since() } }, options);
  const steps = useApi('GET /steps', {}, options);
  const deliveries = trace.data?.deliveries;
  const all = [settings, domains, certificates, trace, steps];
  return {
    hasOwnPassword,
    sections: settings.data?.sections,
    domains: domains.data?.domains,
    certificates: certificates.data?.certificates,
    putOff: steps.data?.putOff,
    deliveries,
    outcomes: deliveries?.map(({ outcome }) => outcome),
    /** Of a question that was never answered. */
    error: all.find(({ data, error }) => data === undefined && error !== null)?.error ?? null,
    askAgain: () => Promise.all(all.map((one) => one.refetch())),
  };
}
