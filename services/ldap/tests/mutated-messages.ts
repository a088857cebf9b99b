// Messages of LDAP that are almost right: one of each kind that clients send, with octets changed, put in, left out, doubled,
// lengths that claim too much, and pieces of two of them joined. Most get an outer length that is right again, so that
// what is wrong lies deep inside. The same seed brings the same messages.
import { contextParts } from '../src/ber/tags.ts';
import { BerWriter } from '../src/ber/writer.ts';
import { PAGING } from '../src/protocol/controls/paging.ts';
import { SORTING } from '../src/protocol/controls/sorting.ts';
import { LIST_VIEW } from '../src/protocol/controls/list-view.ts';
import type { Filter } from '../src/protocol/filter.ts';
import { requestTags } from '../src/protocol/operation-tags.ts';
import { bindMessage, extendedMessage, message, saslMessage, searchMessage } from './encode-request.ts';

const BASE = 'dc=demo,dc=test';

function filters(): Filter[] {
  const piece = { initial: 'a', any: ['b', 'c'], final: 'd' };
  const equal: Filter = { kind: 'equal', attribute: 'mail', value: 'anna@demo.test' };
  const extensible = { rule: 'caseExactMatch', attribute: 'cn', value: 'x', dnAttributes: true };
  return [
    equal,
    { kind: 'substrings', attribute: 'cn', ...piece },
    { kind: 'extensible', ...extensible },
    { kind: 'greaterOrEqual', attribute: 'sn', value: 'm' },
    { kind: 'present', attribute: 'objectClass' },
    { kind: 'and', parts: [equal, { kind: 'not', part: equal }, { kind: 'or', parts: [equal, equal] }] },
  ];
}

function seeds(): Buffer[] {
  const control = (oid: string, write: (writer: BerWriter) => void) => {
    const writer = new BerWriter();
    writer.sequence(() => write(writer));
    return { oid, isCritical: true, value: writer.octets };
  };
  const controls = [
    control(PAGING, (writer) => void writer.integer(10).string('')),
    control(SORTING, (writer) => void writer.sequence(() => void writer.string('cn'))),
    control(LIST_VIEW, (writer) => {
      writer.integer(1).integer(2);
      writer.parts(contextParts(0), () => void writer.integer(1).integer(0));
    }),
    { oid: '1.2.3.4', isCritical: false, value: Buffer.from('3000', 'hex') },
  ];
  // Few entries: what is tried is the reading, not the sending.
  const few = { base: BASE, sizeLimit: 5, attributes: ['cn', '*'] };
  const searches = filters().map((filter) => searchMessage(2, { ...few, filter }));
  return [
    ...searches,
    ...controls.map((one) => searchMessage(3, few, [one])),
    searchMessage(4, { scope: 0, attributes: ['+'] }),
    bindMessage(5, '', ''),
    saslMessage(6, 'SCRAM-SHA-1', 'n,,n=anna,r=x'),
    extendedMessage(7, '1.3.6.1.4.1.4203.1.11.3'),
    message(8, (writer) => {
      writer.parts(requestTags.compare, () => {
        writer.string(`uid=anna,ou=people,${BASE}`).sequence(() => void writer.string('cn').string('Anna'));
      });
    }),
    message(9, (writer) => void writer.integer(2, requestTags.abandon)),
  ];
}

/** Makes one message after the other. */
export function mutations(seed: number): () => Buffer {
  const known = seeds();
  let state = seed >>> 0;
  const random = (below: number): number => {
    // xorshift: no two seeds bring the same.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const one = (): Buffer => known[random(known.length)] as Buffer;
  return () => {
    let octets: Buffer = Buffer.from(one());
    for (let changes = 1 + random(3); changes > 0 && octets.length > 2; changes--) {
      octets = changed(octets, random, one);
    }
    return random(4) > 0 ? reframed(octets) : octets;
  };
}

function changed(octets: Buffer, random: (below: number) => number, one: () => Buffer): Buffer {
  const at = random(octets.length);
  const [before, behind] = [octets.subarray(0, at), octets.subarray(at)];
  switch (random(8)) {
    case 0:
      return Buffer.concat([before, Buffer.from([random(256)]), behind]);
    case 1:
      return Buffer.concat([before, behind.subarray(1 + random(4))]);
    case 2:
      return Buffer.concat([before, behind.subarray(0, random(20)), behind]);
    case 3:
      return Buffer.concat([before, Buffer.from('847fffffff', 'hex'), behind.subarray(1)]);
    case 4: {
      const other = one();
      return Buffer.concat([before, other.subarray(random(other.length))]);
    }
    case 5:
      octets[at] = (octets[at] as number) ^ (1 << random(8));
      return octets;
    default:
      octets[at] = random(256);
      return octets;
  }
}

/** What stands behind the first header, as the content of one message. */
function reframed(octets: Buffer): Buffer {
  const more = (octets[1] as number) < 0x80 ? 0 : (octets[1] as number) & 0x7f;
  const content = octets.subarray(2 + Math.min(more, 4));
  const header = Buffer.from([0x30, 0x83, 0, 0, 0]);
  header.writeUIntBE(content.length, 2, 3);
  return Buffer.concat([header, content]);
}
