// XML as small as mail programs send it: one element is looked for.

const MAX_TEXT = 400;

/**
 * The text of the first element of this name; null when there is none. What has declarations (a DTD, entities, CDATA) is
 * not read at all, and a text has no references.
 */
export function elementText(xml: string, name: string): string | null {
  if (xml.includes('<!')) return null;
  const found = new RegExp(
    `<(?:\\w+:)?${name}\\s*>\\s*([^<>&]{1,${MAX_TEXT}}?)\\s*</(?:\\w+:)?${name}\\s*>`,
  ).exec(xml);
  return found?.[1] ?? null;
}
