// The head of an ICAP response: status line and header fields. RFC 3507 §4.3.3.

export interface IcapHead {
  status: number;
  /** By lower-case name; repeated fields are joined with a comma. */
  fields: Map<string, string>;
}

/** Longer heads are no answer of a scanner. */
export const MAX_HEAD_BYTES = 64 * 1024;

/** Reads a head without its blank line; null when it is none. */
export function parseIcapHead(head: string): IcapHead | null {
  // RFC 3507 §4.3: header fields are those of HTTP/1.1, which may be folded.
  const [statusLine = '', ...lines] = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const status = /^ICAP\/1\.\d (\d{3})(?: |$)/.exec(statusLine)?.[1];
  if (status === undefined) return null;
  const fields = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    const known = fields.get(name);
    fields.set(name, known === undefined ? value : `${known}, ${value}`);
  }
  return { status: Number(status), fields };
}

export type IcapFinding = { kind: 'infected'; virus: string } | { kind: 'unscannable'; reason: string };

/**
 * What the response says was found, or null. `X-Infection-Found: Type=0; Resolution=2; Threat=name;`
 * (draft-stecher-icap-subid: type 0 is a virus, 1 a policy, 2 a container that could not be opened),
 * `X-Virus-ID: name`, `X-Violations-Found: count` followed by file, name, id and resolution of each.
 */
export function findingOf({ fields }: IcapHead): IcapFinding | null {
  const infection = fields.get('x-infection-found');
  if (infection !== undefined) {
    const name = /Threat=([^;]*)/i.exec(infection)?.[1]?.trim() || 'unnamed';
    if (/Type=2\b/i.test(infection)) return { kind: 'unscannable', reason: name };
    return { kind: 'infected', virus: name };
  }
  const id = fields.get('x-virus-id');
  if (id !== undefined) return { kind: 'infected', virus: id || 'unnamed' };
  const violations = fields.get('x-violations-found');
  if (violations !== undefined && !/^0\b/.test(violations)) {
    return { kind: 'infected', virus: violations.replace(/^\d+\s*/, '') || 'unnamed' };
  }
  return null;
}
