// What the fingerprints are for: 200 documents, 20 of them protected; 30 % of each is found in every format, charset and
// disguise, and none of the others, in any of them, is taken for one. The figures stand in docs/performance.md.
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { extractFile, extractMail } from './extract/extract.ts';
import { compressedRtf, doc, msg, ppt, tar, tnef, xls } from './extract/sample-compound.ts';
import { docx, ods, odt, pdf, pptx, rtf, xlsx, zip } from './extract/sample-files.ts';
import { fingerprint, type KeptMark, keptMarks, sharePercent } from './fingerprint.ts';

const DOCUMENTS = 200;
const PROTECTED = 20;
/** The default of dlp.thresholdPercent. */
const THRESHOLD = 30;

const RUSSIAN =
  'договор поставка сторона обязуется передать товар срок оплата сумма рублей приложение акт сдача приемка работ отчет проект бюджет квартал сотрудник отдел руководитель приказ совещание решение вопрос план показатель рост снижение рынок клиент заказ склад доставка качество контроль проверка документ подпись печать директор общество ответственность условие порядок изменение расторжение уведомление сведения тайна персональные данные хранение защита доступ система сервер сеть пользователь'.split(
    ' ',
  );
const ENGLISH =
  'agreement party shall deliver goods payment amount invoice annex report project budget quarter employee department manager order meeting decision question plan growth market client warehouse delivery quality control review document signature company liability condition change notice data storage protection access system server network user secret research result method sample value table figure model design test version release customer contract price margin forecast'.split(
    ' ',
  );
/** What everybody writes: it is in every document of its language. */
const PHRASES = [
  'Настоящий договор вступает в силу с момента его подписания обеими сторонами.',
  'All rights reserved. This message is intended only for the addressee named above.',
];

/** mulberry32: the same numbers on every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

const isEnglish = (index: number): boolean => index % 3 === 2;

function sentences(index: number): string[] {
  const next = random(index + 1);
  const words = isEnglish(index) ? ENGLISH : RUSSIAN;
  const word = (): string => words[Math.floor(next() * words.length)] ?? '';
  const made = Array.from({ length: 60 }, () => {
    const length = 6 + Math.floor(next() * 12);
    return `${Array.from({ length }, word).join(' ')} ${Math.floor(next() * 1000)}.`;
  });
  made.splice(20, 0, PHRASES[isEnglish(index) ? 1 : 0] ?? '');
  return made;
}

const lookAlike = (text: string): string =>
  text.replace(/[аеорсух]/g, (char) => 'aeopcyx'['аеорсух'.indexOf(char)] ?? char);
/** A charset of one octet. */
const encoded = (charset: string, text: string): Buffer => {
  const byChar = new Map<string, number>();
  for (let octet = 0; octet < 256; octet++)
    byChar.set(new TextDecoder(charset).decode(Buffer.of(octet)), octet);
  return Buffer.from(Array.from(text, (char) => byChar.get(char) ?? 0x3f));
};

/** Ways to send a text away. */
const ways: ((text: string) => [name: string, bytes: Buffer])[] = [
  (text) => ['holiday.docx', docx(text)],
  (text) => ['a.rtf', rtf(text.toUpperCase())],
  (text) => ['a.odt', odt(lookAlike(text))],
  (text) => ['a.koi8', encoded('koi8-r', text)],
  (text) => ['a.1251', encoded('windows-1251', text)],
  (text) => ['a.zip', zip([['b.zip', zip([['c.pptx', pptx(text)]])]])],
  (text) => [
    'a.html',
    Buffer.from(`<html><p>${text.replace(/(\S)(\S+)/g, '$1<i>$2</i>')}</p></html>`, 'utf16le'),
  ],
  (text) => ['a.txt', Buffer.from(text.replace(/(\S)(\S)/g, '$1\u200b\u00ad$2'))],
  (text) => ['a.xlsx', xlsx(text.replaceAll(' ', ' \u00a0'))],
  (text) => ['a.ods', ods(text)],
  (text) => ['a.doc', doc(lookAlike(text))],
  (text) => ['a.xls', xls(text.toUpperCase())],
  (text) => ['a.ppt', ppt(text)],
  (text) => ['a.msg', msg({ text: 'see', rtf: compressedRtf(rtf(text)) })],
  (text) => ['winmail.dat', tnef({ text: 'see', attached: [['m', { text: lookAlike(text) }]] })],
  (text) => ['a.tgz', gzipSync(tar([['a/b.doc', doc(text), '0']]))],
  (text) => ['a.zst', zstdCompressSync(Buffer.from(text, 'utf16le').swap16())],
];
const pdfWay = (text: string): [string, Buffer] => ['a.pdf', pdf(text)];

function mailWith(name: string, bytes: Buffer): Buffer {
  const lines = bytes.toString('base64').replace(/.{76}/g, '$&\r\n');
  return Buffer.from(
    'From: a@example.test\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee attachment\r\n' +
      `--b\r\nContent-Type: application/octet-stream; name="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines}\r\n--b--\r\n`,
  );
}

interface Protected {
  words: number;
  marks: KeptMark[];
}

async function shares(mail: Buffer, documents: readonly Protected[]): Promise<number[]> {
  const { texts, unread } = await extractMail(mail);
  expect(unread).toEqual([]);
  const there = new Set(texts.flatMap((text) => fingerprint(text).marks.map(({ hash }) => hash)));
  return documents.map(({ words, marks }) =>
    sharePercent(
      words,
      marks.filter(({ hash }) => there.has(hash)),
    ),
  );
}

test('30 % of each of 20 protected documents is found in every format, and none of 180 others is taken for one', async () => {
  const all = Array.from({ length: DOCUMENTS }, (_, index) => sentences(index));
  const documents: Protected[] = [];
  for (const text of all.slice(0, PROTECTED)) {
    const { texts } = await extractFile({ name: 'original', bytes: docx(text.join('\n')) });
    const print = fingerprint(texts.join('\n'));
    documents.push({ words: print.words, marks: keptMarks(print) });
  }
  const figures = { excerpts: 0, found: 0, least: 100, most: 0, others: 0, falsePositives: 0, mostAlike: 0 };
  for (const [index, text] of all.slice(0, PROTECTED).entries()) {
    // From anywhere in the document, with other text around it.
    const start = (index * 7) % 43;
    const words = text.slice(start).join(' ').split(' ');
    const excerpt = words.slice(0, Math.ceil((documents[index]?.words ?? 0) * 0.3)).join(' ');
    const sent = `good morning\n${excerpt.replace(/(.{60}\S*) /g, '$1\n')}\nbest wishes`;
    for (const way of isEnglish(index) ? [...ways, pdfWay] : ways) {
      const [name, bytes] = way(sent);
      const found = await shares(mailWith(name, bytes), documents);
      const over = found.flatMap((share, which) => (share >= THRESHOLD ? [which] : []));
      expect({ name, over, share: found[index] }).toMatchObject({ name, over: [index] });
      figures.excerpts++;
      figures.found += over.includes(index) ? 1 : 0;
      figures.least = Math.min(figures.least, found[index] ?? 0);
      figures.most = Math.max(figures.most, found[index] ?? 0);
    }
  }
  for (const [index, text] of all.slice(PROTECTED).entries()) {
    const way = isEnglish(index + PROTECTED) && index % 4 === 0 ? pdfWay : ways[index % ways.length];
    const found = await shares(mailWith(...(way ?? pdfWay)(text.join('\n'))), documents);
    figures.others++;
    figures.falsePositives += found.filter((share) => share >= THRESHOLD).length;
    figures.mostAlike = Math.max(figures.mostAlike, ...found);
  }
  expect(figures).toMatchObject({ excerpts: 346, found: 346, others: 180, falsePositives: 0 });
  // What is shown of a find is near what is there.
  expect(figures.least).toBeGreaterThanOrEqual(THRESHOLD);
  expect(figures.most).toBeLessThanOrEqual(THRESHOLD + 3);
  expect(figures.mostAlike).toBeLessThan(THRESHOLD / 3);
}, 120_000);
