// Content-Transfer-Encoding (RFC 2045 §6) of a whole part in memory, read as tolerantly as mail programs do.

/** Null for an encoding that nobody here can decode. */
export function transferDecoded(body: Buffer, encoding: string): Buffer | null {
  if (encoding === 'base64') return fromBase64(body);
  if (encoding === 'quoted-printable') return fromQuotedPrintable(body);
  if (/^x?-?uu(?:e|encode)$|^x-uue/.test(encoding)) return fromUu(body);
  return /^(?:7bit|8bit|binary|7-bit|8-bit)$/.test(encoding) ? body : null;
}

/** RFC 2045 §6.8: other characters are passed over; what stands behind padding begins anew. */
function fromBase64(body: Buffer): Buffer {
  const text = body.toString('latin1');
  if (/^[A-Za-z0-9+/\s]*=*\s*$/.test(text)) return Buffer.from(text, 'base64');
  const pieces = text.replace(/[^A-Za-z0-9+/=]/g, '').split(/=+/);
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'base64')));
}

const EQUALS = 0x3d;

/** RFC 2045 §6.7: blanks at the end of a line are no part of it; what is no code stays as it is. */
function fromQuotedPrintable(body: Buffer): Buffer {
  if (!body.includes(EQUALS)) return body;
  const out = Buffer.allocUnsafe(body.length);
  let length = 0;
  let at = 0;
  while (at < body.length) {
    const octet = body[at] ?? 0;
    at++;
    if (octet !== EQUALS) {
      out[length++] = octet;
      continue;
    }
    const code = Number.parseInt(body.toString('latin1', at, at + 2), 16);
    if (/^[0-9A-Fa-f]{2}$/.test(body.toString('latin1', at, at + 2))) {
      out[length++] = code;
      at += 2;
      continue;
    }
    const end = softBreak(body, at);
    if (end === at) out[length++] = EQUALS;
    at = end;
  }
  return out.subarray(0, length);
}

/** Behind a soft line break, or `at` when there is none. */
function softBreak(body: Buffer, at: number): number {
  let end = at;
  while (end < body.length && (body[end] === 0x20 || body[end] === 0x09)) end++;
  if (end === body.length) return end;
  if (body[end] === 0x0d && body[end + 1] === 0x0a) return end + 2;
  return body[end] === 0x0a ? end + 1 : at;
}

/** Lines that begin with their number of octets; three octets are four characters from the blank on. */
function fromUu(body: Buffer): Buffer {
  const octets: number[] = [];
  for (const line of body.toString('latin1').split(/\r?\n/)) {
    if (/^(?:begin |end\s*$)/.test(line) || line === '') continue;
    const count = (line.charCodeAt(0) - 32) & 63;
    const start = octets.length;
    for (let at = 1; at < line.length && octets.length - start < count; at += 4) {
      const [a = 0, b = 0, c = 0, d = 0] = [0, 1, 2, 3].map((more) => (line.charCodeAt(at + more) - 32) & 63);
      octets.push((a << 2) | (b >> 4), ((b & 15) << 4) | (c >> 2), ((c & 3) << 6) | d);
    }
    octets.length = Math.min(octets.length, start + count);
  }
  return Buffer.from(octets);
}
