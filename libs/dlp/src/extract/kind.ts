// What a file is, by its content: names and declared types are whatever the sender writes.
import { isTar } from './tar.ts';

export type Kind =
  | (
      | 'pdf'
      | 'rtf'
      | 'docx'
      | 'xlsx'
      | 'pptx'
      | 'odt'
      | 'ods'
      | 'odp'
      | 'html'
      | 'text'
      | 'eml'
      | 'msg'
      | 'doc'
      | 'xls'
      | 'ppt'
      | 'ole'
      | 'tnef'
    )
  | ('zip' | 'gzip' | 'rar' | '7z' | 'tar' | 'bzip2' | 'xz' | 'zstd' | 'cab')
  | ('image' | 'audio' | 'video' | 'font' | 'executable' | 'signature' | 'encrypted' | 'empty' | 'unknown');

/** Kinds that hold nothing to read. */
export const wordless: ReadonlySet<Kind> = new Set<Kind>([
  ...(['image', 'audio', 'video', 'font', 'signature', 'empty'] as const),
]);

interface Magic {
  kind: Kind;
  /** latin1 */
  begins: string;
  at?: number;
}

const MAGIC: readonly Magic[] = [
  { kind: 'rtf', begins: '{\\rt' },
  { kind: 'zip', begins: 'PK\u0003\u0004' },
  { kind: 'zip', begins: 'PK\u0005\u0006' },
  { kind: 'zip', begins: 'PK\u0007\u0008' },
  { kind: 'gzip', begins: '\u001f\u008b\u0008' },
  { kind: 'rar', begins: 'Rar!\u001a\u0007' },
  { kind: '7z', begins: "7z\u00bc\u00af'\u001c" },
  { kind: 'bzip2', begins: 'BZh' },
  { kind: 'xz', begins: '\u00fd7zXZ\u0000' },
  { kind: 'zstd', begins: '(\u00b5/\u00fd' },
  { kind: 'cab', begins: 'MSCF\u0000' },
  { kind: 'ole', begins: '\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1' },
  { kind: 'tnef', begins: '\u0078\u009f\u003e\u0022' },
  { kind: 'image', begins: '\u0089PNG\r\n\u001a\n' },
  { kind: 'image', begins: '\u00ff\u00d8\u00ff' },
  { kind: 'image', begins: 'GIF8' },
  { kind: 'image', begins: 'BM', at: 0 },
  { kind: 'image', begins: 'II*\u0000' },
  { kind: 'image', begins: 'MM\u0000*' },
  { kind: 'image', begins: 'WEBP', at: 8 },
  // Windows' own: EMF and WMF, which documents keep drawings in.
  { kind: 'image', begins: ' EMF', at: 40 },
  { kind: 'image', begins: '\u00d7\u00cd\u00c6\u009a' },
  { kind: 'image', begins: '\u0000\u0000\u0001\u0000' },
  { kind: 'image', begins: 'ftypheic', at: 4 },
  { kind: 'image', begins: 'ftypavif', at: 4 },
  { kind: 'video', begins: 'ftyp', at: 4 },
  { kind: 'video', begins: '\u001aE\u00df\u00a3' },
  { kind: 'video', begins: 'AVI ', at: 8 },
  { kind: 'audio', begins: 'WAVE', at: 8 },
  { kind: 'audio', begins: 'ID3' },
  { kind: 'audio', begins: 'OggS' },
  { kind: 'audio', begins: 'fLaC' },
  { kind: 'audio', begins: '#!AMR' },
  { kind: 'font', begins: 'wOFF' },
  { kind: 'font', begins: 'wOF2' },
  { kind: 'executable', begins: 'MZ' },
  { kind: 'executable', begins: '\u007fELF' },
];

/** Where the mark of a PDF may begin; readers look for it as far as that. */
const PDF_REACH = 1024;
const PGP = /^-----BEGIN PGP (?:MESSAGE|SIGNATURE)-----/m;
/** Cryptographic Message Syntax (S/MIME): signed data and enveloped data, as the first thing of the structure. */
const CMS_SIGNED = Buffer.from('06092a864886f70d010702', 'hex');
const CMS = Buffer.from('06092a864886f70d0107', 'hex');
const CMS_REACH = 32;

/** The kind that the first octets tell; null when they are those of a text, or of nothing known. */
export function kindByMagic(bytes: Buffer): Kind | null {
  if (bytes.length === 0) return 'empty';
  if (bytes.subarray(0, PDF_REACH).includes('%PDF-')) return 'pdf';
  const head = bytes.toString('latin1', 0, 512);
  // Two letters are no proof: a text may begin like that.
  const isShort = (begins: string): boolean => begins.length <= 2 && !bytes.subarray(0, 512).includes(0);
  const found = MAGIC.find(({ begins, at = 0 }) => head.startsWith(begins, at) && !isShort(begins));
  if (found) return found.kind;
  if (isTar(bytes)) return 'tar';
  if (bytes[0] === 0x30 && bytes.subarray(0, CMS_REACH).includes(CMS)) {
    return bytes.subarray(0, CMS_REACH).includes(CMS_SIGNED) ? signed(bytes) : 'encrypted';
  }
  return null;
}

/** Signatures that stand beside what they sign are small; larger ones have it in them. */
function signed(bytes: Buffer): Kind {
  return bytes.length < 32 * 1024 ? 'signature' : 'unknown';
}

/** The kind of a text. */
export function kindOfText(text: string, isHtml: boolean): Kind {
  const armour = PGP.exec(text.slice(0, 4096))?.[0];
  if (armour !== undefined) return armour.includes('SIGNATURE') ? 'signature' : 'encrypted';
  const head = text.slice(0, 2048);
  if (isHtml || /<(?:!doctype\s+html|html|head|body|table|div|p|br)\b/i.test(head)) return 'html';
  return isMail(head) ? 'eml' : 'text';
}

const MAIL_FIELD = /^(?:received|from|to|subject|date|message-id|mime-version|return-path|content-type):/i;

function isMail(head: string): boolean {
  const lines = head.split(/\r?\n/, 40);
  const end = lines.indexOf('');
  const fields = lines.slice(0, end < 0 ? lines.length : end);
  const isHeader = fields.every((line) => /^(?:[!-9;-~]+:|[ \t])/.test(line));
  return isHeader && fields.filter((line) => MAIL_FIELD.test(line)).length >= 3;
}
