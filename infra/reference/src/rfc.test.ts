import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readSources, rfcPage } from './repository.ts';
import { namedRfcs, readRules, renderPage } from './rfc.ts';
import { rfcStatus } from './rfc-status.ts';

const named = new Map<number, string>();
for (const { path, text } of readSources()) {
  for (const rfc of namedRfcs(text)) if (!named.has(rfc)) named.set(rfc, path);
}
const listed = new Set(rfcStatus.map(([number]) => number));

test('docs/rfc.md says what the code says', () => {
  const isFresh = readFileSync(rfcPage.path, 'utf8') === rfcPage.render();
  expect(isFresh, 'docs/rfc.md is stale: node infra/reference/src/main.ts writes it').toBe(true);
});

test('every RFC that the code names stands in infra/reference/src/rfc-status.ts', () => {
  expect([...named].filter(([rfc]) => !listed.has(rfc)).map(([rfc, path]) => `RFC ${rfc}: ${path}`)).toEqual(
    [],
  );
});

test('every RFC of infra/reference/src/rfc-status.ts stands once and is named by the code', () => {
  expect(rfcStatus.length).toBe(listed.size);
  expect([...listed].filter((rfc) => !named.has(rfc))).toEqual([]);
});

/** The RFC of each word that CAPABILITY may answer. */
const EXTENSIONS: Record<string, number> = {
  ...{
    IMAP4rev1: 3501,
    IMAP4rev2: 9051,
    'LITERAL+': 7888,
    'LITERAL-': 7888,
    'SASL-IR': 4959,
    ENABLE: 5161,
    ID: 2971,
    IDLE: 2177,
  },
  ...{ NAMESPACE: 2342, UIDPLUS: 4315, MULTIAPPEND: 3502, UNSELECT: 3691, MOVE: 6851, CHILDREN: 3348 },
  ...{ 'SPECIAL-USE': 6154, 'CREATE-SPECIAL-USE': 6154, 'LIST-EXTENDED': 5258, 'LIST-STATUS': 5819 },
  ...{ 'STATUS=SIZE': 8438, ESEARCH: 4731, SEARCHRES: 5182, WITHIN: 5032, BINARY: 3516 },
  ...{ CONDSTORE: 7162, QRESYNC: 7162 },
  ...{ SORT: 5256, 'SORT=DISPLAY': 5957, ESORT: 5267, PARTIAL: 9394, INPROGRESS: 9585 },
  ...{ QUOTA: 9208, 'QUOTA=RES-STORAGE': 9208, OBJECTID: 8474, SAVEDATE: 8514, PREVIEW: 8970 },
  'COMPRESS=DEFLATE': 4978,
  ...{ REPLACE: 8508, 'UTF8=ACCEPT': 6855, UIDONLY: 9586, METADATA: 5464, CATENATE: 4469, NOTIFY: 5465 },
  ...{ 'THREAD=ORDEREDSUBJECT': 5256, 'THREAD=REFERENCES': 5256 },
};

test('what IMAP offers has its RFC in the table, as kept; a word that is offered anew needs one', () => {
  const source = readFileSync(new URL('../../../services/imap/src/capabilities.ts', import.meta.url), 'utf8');
  const constants = source.slice(
    source.indexOf('const ALWAYS'),
    source.indexOf('export function capabilities'),
  );
  const offered = constants.match(/'[^']*'/g)?.flatMap((text) => text.slice(1, -1).trim().split(' ')) ?? [];
  expect(offered.toSorted()).toEqual(Object.keys(EXTENSIONS).toSorted());
  const kept = new Map(rfcStatus.map(([number, status]) => [number, status]));
  const missing = Object.entries(EXTENSIONS).filter(
    ([, rfc]) => !['full', 'partial'].includes(kept.get(rfc) ?? ''),
  );
  expect(missing).toEqual([]);
});

const CODE = `// Head. RFC 5321 §4.4 and more.
// RFC 5322 §2.1: of the file.
import { a } from './a.ts';

// RFC 5321 §4.1.4, §4.2: first line
// and second.
// RFC 3463 §3.2 (RFC 5248): another rule.
// oxlint-disable-next-line no-control-regex -- reason
const limit = 512;
// RFC 1870 §6.1 (2).
/** RFC 2034 §3: of a function. */
export async function answer(
  text: string,
): Promise<void> {
  if (text) {
    // RFC 5321 §3.1 asks for it; no rule: it says so in prose.
    // RFC 7888: the whole of it.
  }
}

export class Session {
  /** RFC 9051 §5.4: at least
   * 30 minutes. */
  idleMs = 1;

  async #run(): Promise<void> {
    // RFC 9051 §6.3: inside.
  }
}
`;

test('a rule is a paragraph that starts with its RFC and a colon; its place is the declaration that keeps it', () => {
  const rules = readRules({ path: 'libs/a/src/b.ts', text: CODE });
  expect(rules.map(({ rfc, section, text, place }) => [rfc, section, text, place])).toEqual([
    [5322, '§2.1', 'of the file.', ''],
    [5321, '§4.1.4, §4.2', 'first line and second.', 'limit'],
    [3463, '§3.2 (RFC 5248)', 'another rule.', 'limit'],
    [2034, '§3', 'of a function.', 'answer'],
    [7888, '', 'the whole of it.', 'answer'],
    [9051, '§5.4', 'at least 30 minutes.', 'Session.idleMs'],
    [9051, '§6.3', 'inside.', 'Session.#run'],
  ]);
});

test('a list behind an RFC names more of them; sizes and RFC822 name none', () => {
  const text = 'RFC 5321, 1870 (SIZE), 6152 and 3461 §4.1. RFC 2971 §3.3: at most 1024 octets; RFC822.SIZE';
  expect(namedRfcs(text)).toEqual(new Set([5321, 1870, 6152, 3461, 2971]));
});

test('the page has its table in order, rules by section, links to files, and no markup of foreign text', () => {
  const lines = ['§4.10: later', '§4.2 quoted: `<a>` is <b>'].map(
    (rule) => `// RFC 9 ${rule}\n\nconst x = 1;`,
  );
  const text = lines.join('\n').replaceAll('RFC 9 ', 'RFC 9051 ');
  const page = renderPage(
    [
      [9051, 'full', 'IMAP', 'note'],
      [822, 'partial', 'Old', ''],
    ],
    [{ path: 'libs/a/src/b.ts', text: `\n${text}` }],
  );
  expect(
    page.slice(page.indexOf('| [822]')),
  ).toBe(`| [822](https://www.rfc-editor.org/rfc/rfc822) | Old | partial |  |
| [9051](#rfc-9051) | IMAP | full | note |

## RFC 9051

[IMAP](https://www.rfc-editor.org/rfc/rfc9051)

- **§4.2** quoted: \`<a>\` is \\<b> — [a/b.ts](../libs/a/src/b.ts) \`x\`
- **§4.10** later — [a/b.ts](../libs/a/src/b.ts) \`x\`
`);
});
