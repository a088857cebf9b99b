// Requests of LDAP as octets (RFC 4511 §4.2, §4.5), made before anything is measured. Own, and small: a client library costs
// more than the servers that are measured.

type Part = Buffer | string;

function element(tag: number, ...parts: Part[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  const { length } = content;
  const header = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}

const integer = (value: number): Buffer => element(0x02, Buffer.from([value]));
const enumerated = (value: number): Buffer => element(0x0a, Buffer.from([value]));
const string = (text: string): Buffer => element(0x04, text);

function message(messageId: number, operation: Buffer): Buffer {
  return element(0x30, integer(messageId), operation);
}

export function bindRequest(name: string, password: string): Buffer {
  return message(1, element(0x60, integer(3), string(name), element(0x80, password)));
}

export function searchRequest(base: string, filter: Buffer, attributes: readonly string[]): Buffer {
  const limits = [integer(100), integer(60), element(0x01, Buffer.from([0]))];
  const list = element(0x30, ...attributes.map(string));
  const whole = [string(base), enumerated(2), enumerated(0), ...limits, filter, list];
  return message(2, element(0x63, ...whole));
}

const or = (...parts: Buffer[]): Buffer => element(0xa1, ...parts);
const and = (...parts: Buffer[]): Buffer => element(0xa0, ...parts);
const present = (attribute: string): Buffer => element(0x87, attribute);
export const equal = (attribute: string, value: string): Buffer =>
  element(0xa3, string(attribute), string(value));
const beginning = (attribute: string, text: string): Buffer =>
  element(0xa4, string(attribute), element(0x30, element(0x80, text)));
const anywhere = (attribute: string, text: string): Buffer =>
  element(0xa4, string(attribute), element(0x30, element(0x81, text)));

/** (|(mail=*x*)(cn=*x*)(givenName=*x*)(sn=*x*)) */
export function thunderbirdFilter(text: string): Buffer {
  return or(...['mail', 'cn', 'givenName', 'sn'].map((attribute) => anywhere(attribute, text)));
}

/** (&(mail=*)(|(mail=x*)(|(cn=x*)(|(sn=x*)(givenName=x*))))) */
export function outlookFilter(text: string): Buffer {
  const names = or(beginning('cn', text), or(beginning('sn', text), beginning('givenName', text)));
  return and(present('mail'), or(beginning('mail', text), names));
}

export const completionAttributes = [
  ...['cn', 'sn', 'givenName', 'mail', 'mozillaSecondEmail', 'telephoneNumber', 'o', 'objectClass'],
];
