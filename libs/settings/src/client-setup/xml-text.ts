/** A text as it stands in an element or an attribute of XML. */
export function xmlText(text: string): string {
  return text.replace(/[<>&'"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
