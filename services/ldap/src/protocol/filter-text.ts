// A search filter as people write it (RFC 4515).
import type { Filter } from './filter.ts';

export function filterText(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `(${filter.kind === 'and' ? '&' : '|'}${filter.parts.map(filterText).join('')})`;
    case 'not':
      return `(!${filterText(filter.part)})`;
    case 'present':
      return `(${filter.attribute}=*)`;
    case 'equal':
    case 'approx':
    case 'greaterOrEqual':
    case 'lessOrEqual':
      return `(${filter.attribute}${signs[filter.kind]}${escaped(filter.value)})`;
    case 'substrings': {
      const pieces = [filter.initial ?? '', ...filter.any, filter.final ?? ''];
      return `(${filter.attribute}=${pieces.map(escaped).join('*')})`;
    }
    case 'extensible': {
      const names = [filter.attribute ?? '', filter.dnAttributes ? 'dn' : null, filter.rule];
      return `(${names.filter((name) => name !== null).join(':')}:=${escaped(filter.value)})`;
    }
    // RFC 4526 §2: what is neither has no sign of its own; a false one finds as little.
    case 'undefined':
      return '(|)';
  }
}

const signs = { equal: '=', approx: '~=', greaterOrEqual: '>=', lessOrEqual: '<=' } as const;

// RFC 4515 §3: which characters of a value are escaped.
function escaped(value: string): string {
  return value.replace(/[\0()*\\]/g, (sign) => `\\${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
