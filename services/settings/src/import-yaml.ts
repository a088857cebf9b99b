// A YAML file with settings, as a stranger may have written it: read within limits, without aliases and tags, and turned
// into changes of sections. What is wrong is told with its line; what the values may be, validation says later.
import type { AdminError, AdminProblem, SettingsChange } from '@pochtar/bus';
import {
  catalogue,
  isMoved,
  isSectionName,
  movedToLists,
  type SectionName,
  sectionNames,
  type Text,
  text,
} from '@pochtar/settings';
import {
  Composer,
  type CST,
  type Document,
  isMap,
  isScalar,
  isSeq,
  type LineCounter as Lines,
  LineCounter,
  Lexer,
  type Node,
  type Pair,
  Parser,
  visit,
  type YAMLMap,
  YAMLParseError,
} from 'yaml';
import { YAML_VERSION } from './export-yaml.ts';
import { nearestName } from './nearest-name.ts';

/** Sections, fields, lists, records and the lists in them are five deep. */
const MAX_DEPTH = 16;
const MAX_PROBLEMS = 200;

export interface SettingsFile {
  changes: SettingsChange[];
  /** Where a field (`autoCreateFolders.2.name`), or what holds it, stands. */
  lineOf(section: string, field: string): number | undefined;
}

export function readSettingsYaml(yaml: string): SettingsFile | AdminProblem[] {
  const lines = new LineCounter();
  const document = parse(yaml, lines);
  if (document === null) return [problem('tooDeep', '', tooDeep)];
  const faults = [...document.errors, ...document.warnings].map(({ message, pos }) =>
    problem('wrongFormat', '', notYaml(message.split('\n')[0] ?? ''), lines.linePos(pos[0]).line),
  );
  if (faults.length > 0) return faults.slice(0, MAX_PROBLEMS);
  const forbidden = notPlain(document, lines);
  if (forbidden.length > 0) return forbidden;
  return changesOf(document, lines);
}

/** A complaint about values, with the line of each in the file. */
export function withLines({ problems, ...error }: AdminError, file: SettingsFile): AdminError {
  const lined = problems === undefined ? {} : { problems: problems.map((one) => withLine(one, file)) };
  return { ...withLine(error, file), ...lined };
}

function withLine<Problem extends AdminProblem>(one: Problem, file: SettingsFile): Problem {
  const { section, field } = one;
  if (section === undefined) return one;
  const line = file.lineOf(section, field === section ? '' : field.slice(section.length + 1));
  return line === undefined ? one : { ...one, line };
}

function parse(yaml: string, lineCounter: Lines): Document.Parsed | null {
  const options = { lineCounter, uniqueKeys: true, prettyErrors: false, stringKeys: true };
  try {
    const tokens = tokensOf(yaml, lineCounter);
    const [document, second] = new Composer(options).compose(tokens, true, yaml.length);
    if (document === undefined) return null;
    if (second !== undefined) {
      const [from, to] = second.range;
      document.errors.push(
        new YAMLParseError([from, to], 'MULTIPLE_DOCS', 'there is more than one document'),
      );
    }
    return document;
  } catch (error) {
    // The parser calls itself for what lies inside of what.
    if (error instanceof RangeError || error instanceof TooDeep) return null;
    throw error;
  }
}

class TooDeep extends Error {
  override name = 'TooDeep';
}

/**
 * What the parser makes of the file. Before it, which calls itself for each level, the levels are counted: brackets, and list
 * marks of one line.
 */
function* tokensOf(yaml: string, lines: Lines): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  let brackets = 0;
  let marks = 0;
  lines.addNewLine(0);
  for (const token of new Lexer().lex(yaml)) {
    if (token === '[' || token === '{') brackets++;
    else if (token === ']' || token === '}') brackets--;
    if (token === '-' || token === '?' || token === ':') marks++;
    else if (/[\r\n]/.test(token)) marks = 0;
    const isWide = token.length > 40 * MAX_DEPTH && /^ +$/.test(token);
    if (brackets > MAX_DEPTH || marks > MAX_DEPTH || isWide) throw new TooDeep();
    yield* parser.next(token);
  }
  yield* parser.end();
}

/** Aliases and anchors make small files large, tags make values of other kinds; settings need neither. */
function notPlain(document: Document.Parsed, lines: Lines): AdminProblem[] {
  const found: AdminProblem[] = [];
  const refuse = (node: Node, message: Text): symbol => {
    found.push(problem('wrongFormat', '', message, lineAt(node, lines)));
    return visit.BREAK;
  };
  visit(document, {
    Alias: (_, node) => refuse(node, noAliases),
    Node: (_, node, path) => {
      if ('anchor' in node && node.anchor !== undefined) return refuse(node, noAliases);
      if (node.tag?.startsWith('tag:yaml.org,2002:') === false) return refuse(node, noTags);
      return path.length > 4 * MAX_DEPTH ? refuse(node, tooDeep) : undefined;
    },
  });
  return found;
}

function changesOf(document: Document.Parsed, lines: Lines): SettingsFile | AdminProblem[] {
  if (!isMap(document.contents)) return [problem('wrongType', '', noSections, 1)];
  const root = document.contents as YAMLMap;
  const problems: AdminProblem[] = [];
  const changes: SettingsChange[] = [];
  for (const { name, line, value } of entriesOf(root, lines)) {
    if (name === 'version') {
      if (scalarOf(value) !== YAML_VERSION)
        problems.push(problem('wrongVersion', 'version', wrongVersion, line));
    } else if (!isSectionName(name)) {
      problems.push(problem('unknownSection', name, unknownName('section', name, sectionNames), line));
    } else if (isMap(value)) {
      const { patch, wrong } = patchOf(name, value, document, lines);
      problems.push(...wrong);
      if (Object.keys(patch).length > 0) changes.push({ section: name, patch });
    } else if (scalarOf(value) !== null) {
      problems.push(problem('wrongType', name, noFields, line));
    }
  }
  if (problems.length > 0) return problems.slice(0, MAX_PROBLEMS);
  if (changes.length === 0) return [problem('missing', '', noSections)];
  const lineOf = (section: string, field: string) => lineOfField(root, section, field, lines);
  return { changes, lineOf };
}

type Patch = NonNullable<SettingsChange['patch']>;

function patchOf(section: SectionName, map: YAMLMap, document: Document.Parsed, lines: Lines) {
  const { fields, secrets } = catalogue[section];
  const patch: Patch = {};
  const wrong: AdminProblem[] = [];
  for (const { name, line, value } of entriesOf(map, lines)) {
    const field = `${section}.${name}`;
    if (isMoved(section, name)) {
      // An earlier release exported them, and mostly there were none.
      const isEmpty = value === null || (isSeq(value) && value.items.length === 0);
      if (!isEmpty) wrong.push(problem('movedToLists', field, movedToLists, line, section));
    } else if (Object.hasOwn(secrets, name))
      wrong.push(problem('isSecret', field, isSecret(field), line, section));
    else if (!Object.hasOwn(fields, name)) {
      const message = unknownName('field', name, Object.keys(fields));
      wrong.push(problem('unknownField', field, message, line, section));
    } else
      patch[name] = (
        value === null ? null : (value.toJS(document, { maxAliasCount: 0 }) as unknown)
      ) as Patch[string];
  }
  return { patch, wrong };
}

function entriesOf(map: YAMLMap, lines: Lines) {
  return map.items.map((pair) => {
    const { key, value } = pair as Pair<Node, Node | null>;
    return { name: String(isScalar(key) ? key.value : ''), line: lineAt(key, lines), value };
  });
}

function scalarOf(node: Node | null): unknown {
  return isScalar(node) ? node.value : node;
}

function lineAt(node: Node, lines: Lines): number | undefined {
  return node.range == null ? undefined : lines.linePos(node.range[0]).line;
}

function lineOfField(root: YAMLMap, section: string, field: string, lines: Lines): number | undefined {
  const path = field === '' ? [section] : [section, ...field.split('.')];
  for (let length = path.length; length > 0; length--) {
    const holder = length === 1 ? root : root.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    if (isMap(holder)) {
      const pair = holder.items.find((one) => isScalar(one.key) && one.key.value === key);
      if (pair !== undefined) return lineAt(pair.key as Node, lines);
    } else {
      const node = root.getIn(path.slice(0, length), true) as Node | undefined;
      if (node !== undefined && node !== null) return lineAt(node, lines);
    }
  }
  return undefined;
}

function problem(code: string, field: string, message: Text, line?: number, section?: string): AdminProblem {
  return {
    code,
    field: field.slice(0, 200),
    message,
    ...(section !== undefined && { section }),
    ...(line !== undefined && { line }),
  };
}

function unknownName(kind: 'section' | 'field', name: string, names: readonly string[]): Text {
  const shown = name.slice(0, 64);
  const nearest = nearestName(name, names);
  const ru = kind === 'section' ? `раздела «${shown}» нет` : `поля «${shown}» нет`;
  const en = kind === 'section' ? `there is no section “${shown}”` : `there is no field “${shown}”`;
  if (nearest !== undefined) return text(`${ru}: возможно, ${nearest}`, `${en}: did you mean ${nearest}?`);
  const list = names.join(', ');
  return text(`${ru}; есть: ${list}`, `${en}; there are: ${list}`);
}

function isSecret(field: string): Text {
  return text(
    `секреты из файла не читаются: уберите строку и задайте его отдельно (${field})`,
    `secrets are not read from a file: remove the line and set it on its own (${field})`,
  );
}

function notYaml(message: string): Text {
  const shown = message.slice(0, 200);
  return text(`это не YAML: ${shown}`, `this is not YAML: ${shown}`);
}

const tooDeep = text(
  'слишком много вложенных уровней: уберите лишние скобки и отступы',
  'too many levels inside each other: remove brackets and indents',
);
const noAliases = text(
  'ссылки YAML (& и *) не допускаются: напишите значение полностью',
  'YAML anchors and aliases (& and *) are not allowed: write the value out',
);
const noTags = text(
  'теги YAML (!) не допускаются: уберите тег',
  'YAML tags (!) are not allowed: remove the tag',
);
const noSections = text(
  'в файле нет ни одного раздела настроек: начните с раздела, например network:',
  'the file has no section of the settings: begin with one, such as network:',
);
const noFields = text(
  'укажите поля раздела, каждое на своей строке с отступом',
  'give the fields of the section, each on a line of its own, indented',
);
const wrongVersion = text(
  `версия файла не ${YAML_VERSION}: этот сервер читает только её`,
  `the version of the file is not ${YAML_VERSION}, the only one that this server reads`,
);
