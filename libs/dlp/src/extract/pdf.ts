// PDF, by pdf.js (packed by unpdf for programs without a browser). Its time and memory are bounded by the thread it runs in.
import { Damaged, type FoundFile, type Into, LimitReached } from './extraction.ts';

const MAX_PAGES = 500;

export async function readPdf({ bytes }: FoundFile, into: Into): Promise<void> {
  // Loaded for the first PDF: 60 MB that most mails do without.
  const { getDocumentProxy } = await import('unpdf');
  const loading = getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
  let document: Awaited<typeof loading>;
  try {
    document = await loading;
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException') return into.unread('encrypted');
    throw new Damaged('no PDF', { cause: error });
  }
  const pages: string[] = [];
  try {
    for (let number = 1; number <= document.numPages; number++) {
      if (number > MAX_PAGES) throw new LimitReached('tooMany');
      pages.push(await pageText(await document.getPage(number)));
    }
    await readAttachments(document, into);
  } catch (error) {
    if (error instanceof LimitReached) throw error;
    throw new Damaged('a damaged PDF', { cause: error });
  } finally {
    const text = pages.join('\n');
    into.text(text);
    // Pages of pictures, mostly scanned: there may be anything on them.
    if (pages.length > 0 && text.trim() === '') into.unread('noText');
    await document.loadingTask.destroy();
  }
}

interface Attached {
  filename: string;
  content?: Uint8Array;
}

async function readAttachments(document: { getAttachments(): Promise<unknown> }, into: Into): Promise<void> {
  const attached = (await document.getAttachments()) as Readonly<Record<string, Attached>> | null;
  for (const { filename, content } of Object.values(attached ?? {})) {
    if (content) await into.file({ name: filename, bytes: Buffer.from(content) });
  }
}

interface Page {
  getTextContent(): Promise<{ items: readonly object[] }>;
}

async function pageText(page: Page): Promise<string> {
  const { items } = await page.getTextContent();
  return items
    .map((item) => ('str' in item ? `${String(item.str)}${'hasEOL' in item && item.hasEOL ? '\n' : ''}` : ''))
    .join('');
}
