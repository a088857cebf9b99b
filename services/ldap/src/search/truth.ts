// Whether an entry fits a filter. RFC 4511 §4.5.1.7: True, False or Undefined (null), which is neither, so that what the
// book does not know is not found by asking for its opposite either.
import { type Dn, readDn } from '../protocol/dn.ts';
import type { Extensible, Filter, Substrings } from '../protocol/filter.ts';
import { type AttributeType, attributeTypes, foldAs, typesOf } from '../schema/attributes.ts';
import { fold, foldPhone, foldPiece } from '../schema/fold.ts';
import { type MatchingRule, ruleNamed } from '../schema/matching-rules.ts';
import { classNamed } from '../schema/object-classes.ts';
import type { DirectoryEntry } from '../tree/entry.ts';

export type Truth = boolean | null;
export type Test = (entry: DirectoryEntry) => Truth;

const undefinedTest: Test = () => null;

/** The filter as a function: names are looked up and values folded once, not for every entry. */
export function testOf(filter: Filter): Test {
  switch (filter.kind) {
    case 'and':
      return allOf(filter.parts.map(testOf));
    case 'or':
      // RFC 4526 §2: an `or` without parts is False.
      return filter.parts.length === 0 ? () => false : anyOf(filter.parts.map(testOf));
    case 'not':
      return notOf(testOf(filter.part));
    case 'present':
      return anyOf(typesOf(filter.attribute).map((type) => (entry) => entry.has(type.name)));
    case 'equal':
      return anyOf(typesOf(filter.attribute).map((type) => equalTest(type, filter.value)));
    case 'substrings':
      return anyOf(typesOf(filter.attribute).map((type) => substringsTest(type, filter)));
    case 'greaterOrEqual':
    case 'lessOrEqual':
      return anyOf(typesOf(filter.attribute).map((type) => orderTest(type, filter)));
    case 'approx':
      return anyOf(typesOf(filter.attribute).map((type) => approxTest(type, filter.value)));
    case 'extensible':
      return extensibleTest(filter);
    case 'undefined':
      return undefinedTest;
  }
}

function allOf(tests: readonly Test[]): Test {
  return (entry) => {
    let truth: Truth = true;
    for (const test of tests) {
      const one = test(entry);
      if (one === false) return false;
      if (one === null) truth = null;
    }
    return truth;
  };
}

/** Of nothing, Undefined: an attribute that no entry can have. */
function anyOf(tests: readonly Test[]): Test {
  if (tests.length === 0) return undefinedTest;
  return (entry) => {
    let truth: Truth = false;
    for (const test of tests) {
      const one = test(entry);
      if (one === true) return true;
      if (one === null) truth = null;
    }
    return truth;
  };
}

function notOf(test: Test): Test {
  return (entry) => {
    const truth = test(entry);
    return truth === null ? null : !truth;
  };
}

function equalTest({ name, syntax }: AttributeType, value: string): Test {
  if (syntax === 'dn') return nameTest(name, readDn(value));
  if (syntax === 'oid') return oidTest(name, value);
  if (syntax === 'jpeg') return undefinedTest;
  const wanted = foldAs(name)(value);
  return (entry) => entry.folded(name).includes(wanted);
}

function nameTest(attribute: string, wanted: Dn | null): Test {
  return wanted === null ? undefinedTest : (entry) => entry.hasName(attribute, wanted);
}

function oidTest(attribute: string, value: string): Test {
  const wanted = classNamed(value)?.name ?? (/^[\d.]+$/.test(value) ? value : null);
  // RFC 4517 §4.2.26: a descriptor that is not known makes it Undefined.
  return wanted === null ? undefinedTest : (entry) => entry.values(attribute).includes(wanted);
}

function substringsTest({ name, syntax }: AttributeType, { initial, any, final }: Substrings): Test {
  if (syntax !== 'text' && syntax !== 'phone') return undefinedTest;
  const piece = syntax === 'phone' ? foldPhone : foldPiece;
  const first = initial === null ? '' : piece(initial).trimStart();
  const middle = any.map(piece);
  const last = final === null ? '' : piece(final).trimEnd();
  const fits = (value: string): boolean => {
    if (!value.startsWith(first)) return false;
    let at = first.length;
    for (const one of middle) {
      const found = value.indexOf(one, at);
      if (found < 0) return false;
      at = found + one.length;
    }
    return value.length - last.length >= at && value.endsWith(last);
  };
  return (entry) => entry.folded(name).some(fits);
}

function orderTest({ name, syntax }: AttributeType, { kind, value }: { kind: string; value: string }): Test {
  if (syntax !== 'text') return undefinedTest;
  const bound = fold(value);
  const fits = kind === 'greaterOrEqual' ? (one: string) => one >= bound : (one: string) => one <= bound;
  return (entry) => entry.folded(name).some(fits);
}

/** RFC 4511 §4.5.1.7.6: what is near is the server's to say. Here: every word begins one of the value's. */
function approxTest(type: AttributeType, value: string): Test {
  if (type.syntax !== 'text') return equalTest(type, value);
  const wanted = fold(value).split(' ');
  const fits = (one: string): boolean => {
    const words = one.split(/[ .@_-]/);
    return wanted.every((start) => one === start || words.some((word) => word.startsWith(start)));
  };
  return (entry) => entry.folded(type.name).some(fits);
}

// RFC 4511 §4.5.1.7.7.
function extensibleTest({ rule: ruleName, attribute, value, dnAttributes }: Extensible): Test {
  const rule = ruleName === null ? undefined : ruleNamed(ruleName);
  if (ruleName !== null && rule === undefined) return undefinedTest;
  if (rule === undefined && attribute === null) return undefinedTest;
  const types = attribute === null ? attributeTypes : typesOf(attribute);
  const fitting = types.filter(({ syntax }) => rule === undefined || syntax === rule.syntax);
  const tests = fitting.map((type) => ruleTest(type, rule, value));
  if (dnAttributes) tests.push(...fitting.map((type) => levelsTest(type, value)));
  return anyOf(tests);
}

function ruleTest(type: AttributeType, rule: MatchingRule | undefined, value: string): Test {
  if (rule?.isExact !== true) return equalTest(type, value);
  return (entry) => entry.values(type.name).includes(value);
}

/** The levels of the entry's own name count as if they were attributes of it. */
function levelsTest({ name, syntax }: AttributeType, value: string): Test {
  if (syntax !== 'text') return undefinedTest;
  const wanted = fold(value);
  return (entry) =>
    entry.name.some((rdn) =>
      rdn.some((level) => typesOf(level.type)[0]?.name === name && fold(level.value) === wanted),
    );
}
