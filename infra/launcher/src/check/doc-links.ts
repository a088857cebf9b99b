// Every relative link in the documentation leads to a file that exists, and every source file that
// docs/one-mail.md names is there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const skipped = new Set(['node_modules', '.git', 'var', 'coverage']);

/** Returns one line for each broken link: `docs/a.md:12: b.md does not exist`. */
export function brokenLinks(root: string): string[] {
  return markdownFiles(root).flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const named = relative(root, file) === 'docs/one-mail.md' ? sourceFiles(text) : [];
    return [
      ...links(text).filter(({ target }) => !existsSync(join(dirname(file), target))),
      ...named.filter(({ target }) => !existsSync(join(root, target))),
    ].map(({ target, line }) => `${relative(root, file)}:${line}: ${target} does not exist`);
  });
}

interface Reference {
  target: string;
  line: number;
}

function markdownFiles(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return markdownFiles(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** [text](target), without those that leave the repository or stay on the page; code blocks do not count. */
function links(text: string): Reference[] {
  return outsideCode(text).flatMap(({ content, line }) =>
    [...content.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)]
      .map((match) => (match[1] ?? '').replace(/[#?].*$/, ''))
      .filter((target) => target !== '' && !/^(?:[a-z][a-z0-9+.-]*:|\/)/i.test(target))
      .map((target) => ({ target: decodeURIComponent(target), line })),
  );
}

/** Paths such as `services/smtp/src/session.ts`, with or without a line number. */
function sourceFiles(text: string): Reference[] {
  return text.split('\n').flatMap((content, index) =>
    [...content.matchAll(/`((?:libs|services|infra)\/[\w./-]+\.(?:ts|sql|mjs))(?::\d+)?`/g)].map((match) => ({
      target: match[1] ?? '',
      line: index + 1,
    })),
  );
}

function outsideCode(text: string): { content: string; line: number }[] {
  let isCode = false;
  return text.split('\n').flatMap((content, index) => {
    if (/^\s*(?:```|~~~)/.test(content)) {
      isCode = !isCode;
      return [];
    }
    return isCode ? [] : [{ content: content.replace(/`[^`]*`/g, ''), line: index + 1 }];
  });
}
