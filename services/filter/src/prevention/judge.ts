// What the rules make of what was seen: pure. For each recipient the strongest of what its rules say; where something could
// not be read and a rule looks for something in it, what the settings say of that: it is never "nothing found".
import type { DlpCondition } from '@pochtar/bus';
import type { Findings, Search, SeenFile, Unread } from '@pochtar/dlp';
import { printableForeign } from '@pochtar/mail';
import type { Settings } from '@pochtar/settings';
import type { Found } from '@pochtar/store/dlp';
import { readsTexts, type Recipient, type Rule, rulesFor, searchOf } from './rules.ts';

const MB = 1024 * 1024;

/** From the weakest to the strongest. */
const strengths = ['accept', 'log', 'tag', 'quarantine', 'reject'] as const;
export type Action = (typeof strengths)[number];

export interface Seen {
  bytes: number;
  files: readonly SeenFile[];
  unread: readonly Unread[];
  searches: readonly Search[];
  findings: readonly Findings[];
  documents: readonly { name: string; percent: number; excerpts: string[] }[];
}

export interface Judged {
  address: string;
  action: Action;
  /** For people; '' when nothing was found. */
  reason: string;
  /** For the subject of what is tagged. */
  subjectTag: string;
  /** Of what was found: the rule, '' where something could not be read; and the settings that say what becomes of it. */
  rule?: string;
  decidedBy?: readonly string[];
}

export interface RuleHit {
  /** '' is what could not be read. */
  rule: string;
  action: Action;
  recipients: string[];
  found: Found[];
}

export interface Judgement {
  recipients: Judged[];
  hits: RuleHit[];
  /** Who gets a copy, as rules have it written. */
  copies: string[];
}

export function judge(
  rules: readonly Rule[],
  { sender, recipients }: { sender: string; recipients: readonly Recipient[] },
  seen: Seen,
  settings: Settings['dlp'],
): Judgement {
  const sight = new Sighted(seen, settings);
  const hits = new Map<string, RuleHit>();
  const copies = new Set<string>();
  const judged = recipients.map((recipient): Judged => {
    const { address } = recipient;
    let best: Judged = { address, action: 'accept', reason: '', subjectTag: '' };
    const take = (hit: Omit<RuleHit, 'recipients'>, told: Told): void => {
      const { rule, action } = hit;
      const known = hits.get(rule);
      if (known === undefined) hits.set(rule, { ...hit, recipients: [address] });
      else known.recipients.push(address);
      if (isStronger(action, best.action)) best = { address, action, subjectTag: '', rule, ...told };
    };
    const own = rulesFor(rules, sender, recipient);
    let missed = false;
    for (const rule of own) {
      const found = sight.found(rule);
      if (found === null) {
        missed ||= readsTexts(rule);
        continue;
      }
      const { action: written, subjectTag, copyTo } = rule.definition;
      const isDefault = written === 'default';
      const action = isDefault ? settings.defaultAction : written;
      const decided = isDefault && { decidedBy: ['dlp.defaultAction'] };
      take({ rule: rule.name, action, found }, { reason: reasonOf(rule), subjectTag, ...decided });
      if (copyTo !== '') copies.add(copyTo);
    }
    // A rule that was not met in what could be read may be met in what could not.
    if (missed && seen.unread.length > 0)
      take(sight.unread(), { reason: sight.unreadReason(), decidedBy: ['dlp.onUnscannable'] });
    return best;
  });
  return { recipients: judged, hits: [...hits.values()], copies: [...copies] };
}

type Told = Pick<Judged, 'reason' | 'decidedBy'> & Partial<Pick<Judged, 'subjectTag'>>;

function isStronger(one: Action, other: Action): boolean {
  return strengths.indexOf(one) > strengths.indexOf(other);
}

function reasonOf({ name, definition: { reason } }: Rule): string {
  return reason === '' ? `DLP rule “${name}”` : `DLP rule “${name}”: ${reason}`;
}

/** What rules name together as `ole`, and also by themselves. */
const compoundKinds = new Set(['msg', 'doc', 'xls', 'ppt']);

const unscannable = { hold: 'quarantine', deliverTagged: 'tag', bounce: 'reject' } as const;

class Sighted {
  readonly #seen: Seen;
  readonly #settings: Settings['dlp'];
  readonly #byRule = new Map<Rule, Found[] | null>();
  readonly #findings: ReadonlyMap<string, Findings>;

  constructor(seen: Seen, settings: Settings['dlp']) {
    this.#seen = seen;
    this.#settings = settings;
    this.#findings = new Map(
      seen.searches.flatMap((search, index) => {
        const findings = seen.findings[index];
        return findings === undefined ? [] : [[JSON.stringify(search), findings] as const];
      }),
    );
  }

  /** What meets all conditions of the rule; null when one is not met. */
  found(rule: Rule): Found[] | null {
    const known = this.#byRule.get(rule);
    if (known !== undefined) return known;
    const found = rule.definition.conditions.map((condition) => this.#condition(condition));
    const all = found.every((one) => one !== null) ? found : null;
    this.#byRule.set(rule, all);
    return all;
  }

  unread(): Omit<RuleHit, 'recipients'> {
    const excerpts = this.#seen.unread.slice(0, 10).map(({ name, why }) => `${name || 'a part'}: ${why}`);
    const found = [{ what: 'unread', count: this.#seen.unread.length, excerpts }];
    return { rule: '', action: unscannable[this.#settings.onUnscannable], found };
  }

  unreadReason(): string {
    const [first] = this.#seen.unread;
    const name = printableForeign(first?.name || 'a part', 100);
    return `DLP could not look at ${this.#seen.unread.length} of its files: ${name} (${first?.why})`;
  }

  #condition(condition: DlpCondition): Found | null {
    if (condition.kind === 'size') return this.#size(condition.overMb);
    if (condition.kind === 'type') return this.#type(condition.types);
    if (condition.kind === 'documents') return this.#documents(condition);
    const findings = this.#findings.get(JSON.stringify(searchOf(condition)));
    if (findings === undefined || findings.count < condition.least) return null;
    const what = condition.kind === 'detector' ? condition.detector : condition.kind;
    return { what, count: findings.count, excerpts: findings.excerpts };
  }

  #size(overMb: number): Found | null {
    const { bytes } = this.#seen;
    return bytes > overMb * MB ? { what: 'size', count: 1, excerpts: [`${bytes} bytes`] } : null;
  }

  #type(types: readonly string[]): Found | null {
    const hasOle = types.includes('ole');
    const files = this.#seen.files.filter(
      ({ kind }) => types.includes(kind) || (hasOle && compoundKinds.has(kind)),
    );
    if (files.length === 0) return null;
    const excerpts = files.slice(0, 3).map(({ name, kind }) => `${name} (${kind})`);
    return { what: 'type', count: files.length, excerpts };
  }

  #documents({ documents, percent }: Extract<DlpCondition, { kind: 'documents' }>): Found | null {
    const least = percent ?? this.#settings.thresholdPercent;
    const names = new Set(documents.map((name) => name.toLowerCase()));
    const alike = this.#seen.documents.filter(
      (one) => one.percent >= least && (names.size === 0 || names.has(one.name.toLowerCase())),
    );
    if (alike.length === 0) return null;
    const excerpts = alike
      .slice(0, 3)
      .map((one) => `${one.name}, ${one.percent} %: ${one.excerpts.join(' … ')}`);
    return { what: 'documents', count: alike.length, excerpts };
  }
}
