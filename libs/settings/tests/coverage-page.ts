// docs/settings-coverage.md: each field of the settings, in the order of the pages, with the test of its effect.
import { describeForms } from '../src/describe.ts';
import type { ColumnDescription } from '../src/forms/description.ts';
import { inConsole, missing, proofs } from './coverage.ts';

const intro = `# What proves the settings

Made from \`libs/settings/tests/coverage.ts\`: for each field of [the settings](reference/settings.en.md) the test that
proves its effect, and the table in which a browser sets it against a whole installation and its effect is seen from
outside. Change the map and run \`node libs/settings/reference-main.ts\`; a field without a test, and a test that is not
there, fail \`libs/settings/tests/coverage.test.ts\`.`;

/** The whole page as Markdown. */
export function coveragePage(): string {
  const { tabs, sections } = describeForms();
  const isAvailable = (path: string): boolean => {
    const [section, name] = path.split('.');
    const field = sections.find((one) => one.name === section)?.fields.find((one) => one.name === name);
    return field?.isAvailable ?? true;
  };
  const rows = inConsole();
  const row = (path: string): string =>
    `| \`${path}\` | ${proofOf(path, isAvailable(path))} | ${isAvailable(path) ? tableOf(rows.get(path)) : ''} |`;
  const parts = tabs.flatMap(({ label, blocks }) => [
    `## ${label.en}`,
    ...blocks.flatMap((block) => [
      `### ${block.label.en}`,
      [
        '| field | proved by | in the console |',
        '| --- | --- | --- |',
        ...block.columns.flatMap(pathsOf).map(row),
      ].join('\n'),
    ]),
  ]);
  return `${[intro, ...parts].join('\n\n')}\n`;
}

function pathsOf({ rows, more, rare }: ColumnDescription): string[] {
  return [...rows, ...more, ...rare].flatMap((row) => [...row.fields]);
}

function proofOf(path: string, isAvailable: boolean): string {
  const known: Readonly<Record<string, readonly [string, string]>> = proofs;
  const proof = known[path];
  if (proof !== undefined) return `[${proof[0]}](../${proof[0]}): ${proof[1].replaceAll('|', '\\|')}`;
  if ((missing as readonly string[]).includes(path)) return '**nothing yet**';
  return isAvailable ? '' : 'not available in this version';
}

function tableOf(file: string | undefined): string {
  return file === undefined ? '' : `[${file.split('/').at(-1)}](../${file})`;
}
