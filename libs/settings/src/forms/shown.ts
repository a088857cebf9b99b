/** Whether a field is shown, which is the same as whether it has any effect. */
import type { Condition, Document, SectionDescription } from './description.ts';

/**
 * Whether the switches that govern a field (or secret) of the section are set, and those that govern them. A field
 * that is not shown keeps its value.
 */
export function isShown(section: SectionDescription, field: string, document: Document): boolean {
  return hiddenBy(section, field, document) === undefined;
}

/** The condition that hides the field: the outermost one, which has to be met first; undefined when it is shown. */
export function hiddenBy(
  section: SectionDescription,
  field: string,
  document: Document,
): Condition | undefined {
  const conditions: Condition[] = [];
  let when = conditionOf(section, field);
  while (when !== undefined && !conditions.includes(when)) {
    conditions.push(when);
    when = conditionOf(section, when.field);
  }
  return conditions.findLast((condition) => !isMet(condition, document));
}

function conditionOf({ fields, secrets }: SectionDescription, name: string): Condition | undefined {
  return [...fields, ...secrets].find((one) => one.name === name)?.when;
}

function isMet({ field, is }: Condition, document: Document): boolean {
  return is.some((value) => value === document[field]);
}
