// What the form of a rule offers, and what it waits for. It comes apart from the page, and shares nothing with it.
import type { Condition } from './parts.ts';

export const actions = ['default', 'log', 'tag', 'quarantine', 'reject'] as const;
export const directions = ['incoming', 'outgoing', 'internal'] as const;
export const kinds = ['words', 'expression', 'detector', 'documents', 'type', 'size'] as const;
export const detectors = ['bankCard', 'inn', 'snils', 'passport', 'iban'] as const;
/** Kinds of files that are told by their content. */
export const fileTypes = [
  ...['pdf', 'docx', 'xlsx', 'pptx', 'odt', 'ods', 'odp', 'rtf', 'html', 'text', 'eml'],
  ...['doc', 'xls', 'ppt', 'msg', 'tnef', 'ole'],
  ...['zip', 'rar', '7z', 'gzip', 'tar', 'bzip2', 'xz', 'zstd', 'cab', 'encrypted'],
  ...['executable', 'image', 'audio', 'video'],
];

/** What a new condition begins with. */
export function newCondition(kind: Condition['kind']): Condition {
  if (kind === 'words') return { kind, terms: [], least: 1 };
  if (kind === 'expression') return { kind, expression: '', least: 1 };
  if (kind === 'detector') return { kind, detector: 'bankCard', least: 1 };
  if (kind === 'type') return { kind, types: [] };
  return kind === 'size' ? { kind, overMb: 10 } : { kind, documents: [], percent: null };
}

export function isReady(condition: Condition): boolean {
  if (condition.kind === 'size') return condition.overMb >= 0;
  if (condition.kind === 'documents') return condition.percent === null || isWhole(condition.percent, 100);
  if (condition.kind === 'type') return condition.types.length > 0;
  if (!isWhole(condition.least, 1000)) return false;
  if (condition.kind === 'words') return condition.terms.length > 0;
  return condition.kind === 'detector' || condition.expression !== '';
}

function isWhole(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most;
}
