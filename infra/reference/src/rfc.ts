// docs/rfc.md from the comments of the code: every `// RFC 5321 §4.1.4: the rule` with the declaration that keeps it,
// by RFC and section, below the table of how far each RFC is kept. Pure: sources in, a page out.
//
// Rules are shown with file and declaration, and without a line number, so that an edit beside a rule leaves the page
// as it is.
import type { RfcStatus } from './rfc-status.ts';

export interface Source {
  /** Relative to the root of the repository. */
  path: string;
  text: string;
}

export interface Rule {
  rfc: number;
  /** As written: '§4.2, §4.3.1'; '' for the RFC as a whole. */
  section: string;
  text: string;
  path: string;
  /** The declaration that keeps it; '' for the file as a whole. */
  place: string;
}

interface Comment {
  lines: string[];
  /** Index of its first line, and of the first line behind it. */
  start: number;
  end: number;
  indent: number;
}

const RULE = /^RFC (\d{3,5})((?:[^:.;]|[.:](?=\S))*): (.+)$/;
const SECTION = /^(?:(?:, | and | )?(?:§\d[\w.]*|RFC \d+|appendix \w+|\([^()]*\)))*/;
/** `RFC 5321 §4.2, 3463`: the list that may follow belongs to it. */
const REFERENCE = /\bRFC \d{3,5}\b(?:(?: §[\d.]+| \([^()]*\))?(?:, | and )\d{3,5}\b)*/g;
const DIRECTIVE = /^(?:oxlint-|biome-|@)/;
const DECLARED =
  /^(?:export |default |declare |async |abstract )*(function\*?|const|let|class|interface|type) ([\w$]+)/;
const MEMBER = /^ {2}(?:(?:static|readonly|async|override|get|set|private) )*\*?([#\w$]+)\??(?:[(:=<]| =)/;

/** Every RFC that the text names, in comments, strings and titles of tests. */
export function namedRfcs(text: string): Set<number> {
  const lists = [...text.matchAll(REFERENCE)].map(([list]) => list.replace(/\([^()]*\)|§[\d.]+/g, ''));
  return new Set(lists.flatMap((list) => [...list.matchAll(/\d{3,5}/g)].map(Number)));
}

/** The rules of one file, in its order. */
export function readRules({ path, text }: Source): Rule[] {
  const lines = text.split('\n');
  return comments(lines).flatMap((comment) =>
    paragraphs(comment.lines).flatMap((paragraph) => {
      const [, rfc, head = '', rule = ''] = RULE.exec(paragraph) ?? [];
      if (rfc === undefined) return [];
      const section = SECTION.exec(head)?.[0] ?? '';
      // `§9 quoted: …`: what is not a place in the RFC is part of the sentence.
      const subject = head.slice(section.length).replace(/^[ ,]+/, '');
      const words = subject === '' ? rule : `${subject}: ${rule}`;
      return [
        { rfc: Number(rfc), section: section.trim(), text: words, path, place: placeOf(lines, comment) },
      ];
    }),
  );
}

/** Runs of `//` lines, and block comments that start a line. */
function comments(lines: readonly string[]): Comment[] {
  const found: Comment[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, indent = '', opening] = /^( *)(\/\/|\/\*)/.exec(lines[at] ?? '') ?? [];
    if (opening === undefined) continue;
    const start = at;
    if (opening === '/*') while (at < lines.length && !lines[at]?.includes('*/')) at++;
    else while (/^ *\/\//.test(lines[at + 1] ?? '')) at++;
    const text = lines
      .slice(start, at + 1)
      .map((line) => line.replace(/^ *(?:\/\/|\/?\*+(?!\/))? ?|\s*\*\/.*$/g, ''));
    found.push({ lines: text, start, end: at + 1, indent: indent.length });
  }
  return found;
}

/** A rule starts a paragraph of its own, and a tool's directive is none of its words. */
function paragraphs(lines: readonly string[]): string[] {
  const found: string[][] = [[]];
  for (const line of lines) {
    if (line === '' || DIRECTIVE.test(line)) found.push([]);
    else if (RULE.test(line)) found.push([line]);
    else found.at(-1)?.push(line);
  }
  return found.map((paragraph) => paragraph.join(' '));
}

/** Above a declaration its name; within a function that function; within a class or an object the member too. */
function placeOf(lines: readonly string[], { start, end, indent }: Comment): string {
  if (start === 0) return '';
  if (indent === 0)
    return DECLARED.exec(lines.slice(end).find((line) => DECLARED.test(line)) ?? '')?.[2] ?? '';
  const top = lines.findLastIndex((line, index) => index < start && DECLARED.test(line));
  const line = lines[top] ?? '';
  const [, kind, name = ''] = DECLARED.exec(line) ?? [];
  const hasMembers = kind !== undefined && !kind.startsWith('function') && /(?<!=> ?)\{$/.test(line);
  if (!hasMembers) return name;
  const around = lines.slice(top + 1, start).findLast((each) => MEMBER.test(each));
  const member = MEMBER.exec((indent === 2 ? lines[end] : around) ?? '')?.[1];
  return member === undefined ? name : `${name}.${member}`;
}

/** `sources` without tests: what they name is no rule that the code keeps. */
export function renderPage(table: readonly RfcStatus[], sources: readonly Source[]): string {
  const rules = sources.flatMap(readRules);
  const kept = Map.groupBy(rules.toSorted(byPlace), ({ rfc }) => rfc);
  const rows = table.toSorted(([first], [second]) => first - second);
  const head = rows.map(([number, status, title, note]) => {
    const target = kept.has(number) ? `#rfc-${number}` : address(number);
    return `| [${number}](${target}) | ${title} | ${status} | ${note} |`;
  });
  const parts = rows.flatMap(([number, , title]) => {
    const lines = kept.get(number)?.map(renderRule) ?? [];
    return lines.length > 0
      ? ['', `## RFC ${number}`, '', `[${title}](${address(number)})`, '', ...lines]
      : [];
  });
  return `${[...HEAD, ...head, ...parts].join('\n')}\n`;
}

const HEAD = [
  '# RFCs',
  '',
  'Generated by `node infra/reference/src/main.ts`; do not edit. The rules are the comments of the code that keeps them,',
  'in our own words; the table is `infra/reference/src/rfc-status.ts`. *full*: what the RFC asks of a program in our',
  'role; *partial*: what the note says; *used in tests*: only the tests speak it; *not implemented*: the code says why,',
  'or where it will go.',
  '',
  '| RFC | title | status | here |',
  '|---|---|---|---|',
];

function address(rfc: number): string {
  return `https://www.rfc-editor.org/rfc/rfc${rfc}`;
}

function renderRule({ section, text, path, place }: Rule): string {
  const label = section === '' ? '' : `**${section}** `;
  const file = `[${path.replace(/^(?:libs|services)\//, '').replace('/src/', '/')}](../${path})`;
  return `- ${label}${escaped(text)} — ${file}${place === '' ? '' : ` \`${place}\``}`;
}

/** What Markdown would take for its own, outside of code. */
function escaped(text: string): string {
  return text.replace(/`[^`]*`|[<*\\]/g, (found) => (found.length > 1 ? found : `\\${found}`));
}

function byPlace(first: Rule, second: Rule): number {
  const order = first.section.localeCompare(second.section, 'en', { numeric: true });
  return order || (first.path < second.path ? -1 : Number(first.path > second.path));
}
