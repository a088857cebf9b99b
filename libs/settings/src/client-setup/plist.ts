// Apple's property lists in XML, as far as configuration profiles need them.
import { xmlText } from './xml-text.ts';

export type PlistValue =
  | string
  | number
  | boolean
  | readonly PlistValue[]
  | { readonly [key: string]: PlistValue };

export function plist(value: PlistValue): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${element(value)}
</plist>
`;
}

function element(value: PlistValue): string {
  if (typeof value === 'boolean') return `<${value}/>`;
  if (typeof value === 'number') return `<integer>${value}</integer>`;
  if (typeof value === 'string') return `<string>${xmlText(value)}</string>`;
  if (isList(value)) return `<array>\n${value.map((one) => `${element(one)}\n`).join('')}</array>`;
  const lines = Object.entries(value).map(([key, one]) => `<key>${xmlText(key)}</key>${element(one)}\n`);
  return `<dict>\n${lines.join('')}</dict>`;
}

function isList(value: PlistValue): value is readonly PlistValue[] {
  return Array.isArray(value);
}
