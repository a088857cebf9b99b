// What the server answers (RFC 4511 §4.1.9, §4.4, §4.5.2, §4.12), as the latin1 string that the output of a session takes.
import { element, integer, utf8Octets } from '../ber/latin1.ts';
import { BerWriter } from '../ber/writer.ts';
import { context, contextParts } from '../ber/tags.ts';
import type { Control } from './message.ts';
import { responseTags } from './operation-tags.ts';
import type { Result } from './result.ts';

export interface FoundEntry {
  dn: string;
  attributes: readonly FoundAttribute[];
}

export interface FoundAttribute {
  name: string;
  /** Empty where only the names were asked for. */
  values: readonly (string | Buffer)[];
}

export interface ExtendedValue {
  oid?: string;
  value?: string;
}

/** RFC 4511 §4.4.1. */
const NOTICE_OF_DISCONNECTION = '1.3.6.1.4.1.1466.20036';

/** The last word on an operation. */
export function resultMessage(
  messageId: number,
  tag: number,
  result: Result,
  controls: readonly Control[] = [],
): string {
  return message(messageId, controls, (writer) =>
    writer.parts(tag, () => {
      writeResult(writer, result);
    }),
  );
}

/** RFC 4511 §4.2.2. */
export function bindMessage(messageId: number, result: Result, serverCredentials?: string): string {
  return message(messageId, [], (writer) =>
    writer.parts(responseTags.bind, () => {
      writeResult(writer, result);
      if (serverCredentials !== undefined) writer.string(serverCredentials, context(7));
    }),
  );
}

export function extendedMessage(
  messageId: number,
  result: Result,
  { oid, value }: ExtendedValue = {},
): string {
  return message(messageId, [], (writer) =>
    writer.parts(responseTags.extended, () => {
      writeResult(writer, result);
      if (oid !== undefined) writer.string(oid, context(10));
      if (value !== undefined) writer.string(value, context(11));
    }),
  );
}

/** RFC 4511 §4.4.1: said before the server ends the session by itself. */
export function noticeOfDisconnection(result: Result): string {
  return extendedMessage(0, result, { oid: NOTICE_OF_DISCONNECTION });
}

const SEQUENCE = '\x30';
const SET = '\x31';
const OCTET_STRING = '\x04';
/** [APPLICATION 4]. */
const SEARCH_ENTRY = '\x64';

export function entryMessage(messageId: number, { dn, attributes }: FoundEntry): string {
  let list = '';
  for (const { name, values } of attributes) {
    list += attributeOf(name, values);
  }
  const entry = element(OCTET_STRING, utf8Octets(dn)) + element(SEQUENCE, list);
  return element(SEQUENCE, integer(messageId) + element(SEARCH_ENTRY, entry));
}

function attributeOf(name: string, values: readonly (string | Buffer)[]): string {
  const [value] = values;
  if (values.length === 1 && typeof value === 'string') {
    const octets = utf8Octets(value);
    if (octets.length < SHORT) return frontOf(name, octets.length) + octets;
  }
  return element(SEQUENCE, element(OCTET_STRING, name) + (written.get(values) ?? setOf(values)));
}

/** Octets of a value: nearly all are shorter, and all lengths of the attribute around it then take an octet each. */
const SHORT = 64;
/** By name, and by length of the only value, what stands in front of it. There are as many names as the schema has. */
const fronts = new Map<string, string[]>();

function frontOf(name: string, length: number): string {
  let known = fronts.get(name);
  if (known === undefined) fronts.set(name, (known = []));
  return (known[length] ??= makeFront(name, length));
}

function makeFront(name: string, length: number): string {
  const whole = element(SEQUENCE, element(OCTET_STRING, name) + setOf(['x'.repeat(length)]));
  return whole.slice(0, whole.length - length);
}

/** Sets of values that many entries have, as they are written. */
const written = new WeakMap<readonly (string | Buffer)[], string>();

/** `values` stay as they are: they are written once, however often they are sent. */
export function writtenOnce<Values extends readonly string[]>(values: Values): Values {
  written.set(values, setOf(values));
  return values;
}

function setOf(values: readonly (string | Buffer)[]): string {
  let set = '';
  for (const value of values) {
    set += element(OCTET_STRING, typeof value === 'string' ? utf8Octets(value) : value.toString('latin1'));
  }
  return element(SET, set);
}

function writeResult(writer: BerWriter, { code, matchedDn, message: text }: Result): void {
  writer.enumerated(code).string(matchedDn).string(text);
}

function message(
  messageId: number,
  controls: readonly Control[],
  operation: (writer: BerWriter) => void,
): string {
  const writer = new BerWriter();
  writer.sequence(() => {
    writer.integer(messageId);
    operation(writer);
    if (controls.length > 0) {
      writer.parts(contextParts(0), () => {
        for (const { oid, isCritical, value } of controls) {
          writer.sequence(() => {
            writer.string(oid);
            if (isCritical) writer.boolean(true);
            if (value !== null) writer.string(value);
          });
        }
      });
    }
  });
  return writer.latin1;
}
