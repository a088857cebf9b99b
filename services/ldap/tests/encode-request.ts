// Requests as a client writes them, for what no client library would send.
import { BerWriter } from '../src/ber/writer.ts';
import { context, contextParts } from '../src/ber/tags.ts';
import type { Filter } from '../src/protocol/filter.ts';
import { requestTags } from '../src/protocol/operation-tags.ts';

export interface SearchFields {
  base?: string;
  scope?: number;
  sizeLimit?: number;
  timeLimit?: number;
  typesOnly?: boolean;
  filter?: Filter;
  attributes?: readonly string[];
}

export interface ControlFields {
  oid: string;
  isCritical?: boolean;
  value?: Buffer;
}

export function message(
  messageId: number,
  operation: (writer: BerWriter) => void,
  controls: readonly ControlFields[] = [],
): Buffer {
  const writer = new BerWriter();
  writer.sequence(() => {
    writer.integer(messageId);
    operation(writer);
    if (controls.length === 0) return;
    writer.parts(contextParts(0), () => {
      for (const { oid, isCritical, value } of controls) {
        writer.sequence(() => {
          writer.string(oid);
          if (isCritical !== undefined) writer.boolean(isCritical);
          if (value !== undefined) writer.string(value);
        });
      }
    });
  });
  return writer.octets;
}

export function bindMessage(messageId: number, name: string, password: string, version = 3): Buffer {
  return message(messageId, (writer) => {
    writer.parts(requestTags.bind, () => {
      writer.integer(version).string(name).string(password, context(0));
    });
  });
}

export function saslMessage(messageId: number, mechanism: string, response?: string): Buffer {
  return message(messageId, (writer) => {
    writer.parts(requestTags.bind, () => {
      writer.integer(3).string('');
      writer.parts(contextParts(3), () => {
        writer.string(mechanism);
        if (response !== undefined) writer.string(response);
      });
    });
  });
}

export function searchMessage(
  messageId: number,
  fields: SearchFields = {},
  controls: readonly ControlFields[] = [],
): Buffer {
  return message(messageId, (writer) => writeSearch(writer, fields), controls);
}

export function extendedMessage(messageId: number, oid: string, value?: Buffer): Buffer {
  return message(messageId, (writer) => {
    writer.parts(requestTags.extended, () => {
      writer.string(oid, context(0));
      if (value !== undefined) writer.string(value, context(1));
    });
  });
}

function writeSearch(writer: BerWriter, fields: SearchFields): void {
  const { base = '', scope = 2, sizeLimit = 0, timeLimit = 0, typesOnly = false, attributes = [] } = fields;
  writer.parts(requestTags.search, () => {
    writer.string(base).enumerated(scope).enumerated(0).integer(sizeLimit).integer(timeLimit);
    writer.boolean(typesOnly);
    writeFilter(writer, fields.filter ?? { kind: 'present', attribute: 'objectClass' });
    writer.sequence(() => {
      for (const attribute of attributes) writer.string(attribute);
    });
  });
}

const comparisonTags = { equal: 3, greaterOrEqual: 5, lessOrEqual: 6, approx: 8 } as const;

export function writeFilter(writer: BerWriter, filter: Filter): void {
  switch (filter.kind) {
    case 'and':
    case 'or':
      writer.parts(contextParts(filter.kind === 'and' ? 0 : 1), () => {
        for (const part of filter.parts) writeFilter(writer, part);
      });
      break;
    case 'not':
      writer.parts(contextParts(2), () => writeFilter(writer, filter.part));
      break;
    case 'present':
      writer.string(filter.attribute, context(7));
      break;
    case 'substrings':
      writer.parts(contextParts(4), () => {
        writer.string(filter.attribute).sequence(() => {
          if (filter.initial !== null) writer.string(filter.initial, context(0));
          for (const piece of filter.any) writer.string(piece, context(1));
          if (filter.final !== null) writer.string(filter.final, context(2));
        });
      });
      break;
    case 'extensible':
      writer.parts(contextParts(9), () => {
        if (filter.rule !== null) writer.string(filter.rule, context(1));
        if (filter.attribute !== null) writer.string(filter.attribute, context(2));
        writer.string(filter.value, context(3));
        if (filter.dnAttributes) writer.boolean(true, context(4));
      });
      break;
    case 'undefined':
      writer.string('x', context(15));
      break;
    case 'equal':
    case 'greaterOrEqual':
    case 'lessOrEqual':
    case 'approx':
      writer.parts(contextParts(comparisonTags[filter.kind]), () => {
        writer.string(filter.attribute).string(filter.value);
      });
  }
}
