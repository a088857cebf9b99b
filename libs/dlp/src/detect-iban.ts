// International bank account numbers (ISO 13616): the length of the country, and the remainder of 97.
import type { Find } from './find.ts';

/** Written in one, or in groups of four. */
const IBAN = /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![\p{L}\p{N}])/giu;

const LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 ' +
    'FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 ' +
    'LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 ' +
    'RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

export function* iban(text: string): Generator<Find> {
  for (const { 0: written, index } of text.matchAll(IBAN)) {
    const length = LENGTHS[written.slice(0, 2).toUpperCase()];
    if (length === undefined) continue;
    // A word that follows may look like one more group.
    const exact = upTo(written, length);
    if (exact === null) continue;
    const value = exact.replace(/ /g, '').toUpperCase();
    if (remainder(value) === 1) yield { start: index, end: index + exact.length, value };
  }
}

/** The beginning with so many signs, if it ends a group of them. */
function upTo(written: string, signs: number): string | null {
  let count = 0;
  for (let at = 0; at < written.length; at++) {
    if (written[at] !== ' ') count++;
    if (count === signs)
      return at + 1 === written.length || written[at + 1] === ' ' ? written.slice(0, at + 1) : null;
  }
  return null;
}

/** ISO 7064, MOD 97-10: the first four signs go to the end, letters count from 10. */
function remainder(value: string): number {
  let rest = 0;
  for (const sign of value.slice(4) + value.slice(0, 4)) {
    const number = Number.parseInt(sign, 36);
    rest = (rest * (number > 9 ? 100 : 10) + number) % 97;
  }
  return rest;
}
