// The stem of a Russian word, by the Snowball algorithm for Russian (snowballstem.org, `russian`), so that договор, договора
// and договорами are one word. Words are folded: small letters, ё is е.

const VOWEL = /[аеиоуыэюя]/;
const REGION = /^.*?[аеиоуыэюя][^аеиоуыэюя]/;

const PERFECTIVE_GERUND = /(?:[иы]в(?:ши(?:сь)?)?|(?<=[ая])в(?:ши(?:сь)?)?)$/;
const REFLEXIVE = /с[яь]$/;
const ADJECTIVE = /(?:[иы]ми|[ео]го|[ео]му|[иыое]е|[иыое]й|[еиыо]м|[иы]х|[ую]ю|[ая]я|[ое]ю)$/;
const PARTICIPLE = /(?:ивш|ывш|ующ|(?<=[ая])(?:ем|нн|вш|ющ|щ))$/;
const VERB = new RegExp(
  '(?:[иы]ла|ена|[еу]йте|ите|[иы]ли|[еу]й|[иы]л|[иы]м|ен|[иы]ло|ено|ят|у[ею]т|[иы]т|ены|[иы]ть|ишь|ую|ю' +
    '|(?<=[ая])(?:ете|йте|ешь|нно|ла|на|ли|ем|ло|но|ет|ют|ны|ть|й|л|н))$',
);
const NOUN = /(?:иями|[яа]ми|ией|[еои]й|иям|ием|иях|[яеао]м|[ая]х|[ео]в|[иь][еюя]|[еи]и|[аеийоуыьюя])$/;
const DERIVATIONAL = /ость?$/;
const SUPERLATIVE = /ейше?$/;

/** The word without its endings; the same word when it has no vowel. */
export function stemRussian(word: string): string {
  const vowel = word.search(VOWEL);
  if (vowel < 0) return word;
  const start = vowel + 1;
  const head = word.slice(0, start);
  let region = inflected(word.slice(start));
  region = region.replace(/и$/, '');
  const second = secondRegion(word);
  const derived = region.replace(DERIVATIONAL, '');
  if (start + derived.length >= second) region = derived;
  const positive = region.replace(SUPERLATIVE, '');
  if (positive !== region) return head + positive.replace(/нн$/, 'н');
  return head + region.replace(/(?<=н)н$|ь$/, '');
}

function inflected(region: string): string {
  const gerund = region.replace(PERFECTIVE_GERUND, '');
  if (gerund !== region) return gerund;
  const plain = region.replace(REFLEXIVE, '');
  const adjective = plain.replace(ADJECTIVE, '');
  if (adjective !== plain) return adjective.replace(PARTICIPLE, '');
  const verb = plain.replace(VERB, '');
  return verb === plain ? plain.replace(NOUN, '') : verb;
}

/** Where R2 begins: behind the second consonant that follows a vowel. */
function secondRegion(word: string): number {
  const first = REGION.exec(word)?.[0].length ?? word.length;
  const second = REGION.exec(word.slice(first))?.[0].length;
  return second === undefined ? word.length : first + second;
}
