// Mails to search in: words of which some are in nearly every text and most are rare, as in a language; two languages, some
// threads, fields that servers add. The same ones each time.

const SYLLABLES = {
  latin: 'ba ce di fo gu la me ni pro qua re so ti ver wen sta ing tion al er ma pe con'.split(' '),
  cyrillic: 'ба ве ди го лу ма не ни про рас ре со ти вер на ста ние ция ов ко пе при от'.split(' '),
};
const WORDS = 30_000;
/** In so many texts. */
export const RARE = { word: 'xylograph', times: 10 };

export class SearchMails {
  readonly #vocabulary: Record<keyof typeof SYLLABLES, string[]>;
  #seed = 20_261_128;

  constructor() {
    const words = (of: keyof typeof SYLLABLES): string[] =>
      Array.from({ length: WORDS }, () => {
        const length = 1 + (this.#next() % 4);
        return Array.from({ length }, () => SYLLABLES[of][this.#next() % SYLLABLES[of].length]).join('');
      });
    this.#vocabulary = { latin: words('latin'), cyrillic: words('cyrillic') };
  }

  mail(index: number, count: number): Buffer {
    const language = index % 2 === 0 ? 'latin' : 'cyrillic';
    const rare = index % Math.floor(count / RARE.times) === 7 ? ` ${RARE.word}` : '';
    const subject = this.#text(language, 5) + rare;
    const text = Buffer.from(this.#text(language, 250 + (this.#next() % 300)) + rare);
    const sender = this.#next() % 500;
    const fields = [
      `Received: from mx${sender}.example.org (mx${sender}.example.org [192.0.2.${sender % 250}])`,
      `\tby mail.demo.test with ESMTPS id ${this.#noise(20)}; Sat, 28 Nov 2026 10:00:00 +0300`,
      `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=s1; bh=${this.#noise(43)}=;`,
      ...Array.from({ length: 5 }, () => `\t${this.#noise(70)}`),
      `From: =?utf-8?B?${Buffer.from(`${this.#text(language, 2)} ${sender}`).toString('base64')}?= <sender${sender}@example.org>`,
      'To: busy@demo.test',
      `Subject: ${index % 3 === 0 ? '' : 'Re: '}=?utf-8?B?${Buffer.from(subject).toString('base64')}?=`,
      `Date: ${(index % 28) + 1} ${['Jan', 'Feb', 'Mar', 'Apr'][index % 4]} 2026 10:00:00 +0300`,
      `Message-ID: <${index}@example.org>`,
      ...(index % 3 === 0 ? [] : [`References: <${index - (index % 3)}@example.org>`]),
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: base64',
    ];
    return Buffer.from(
      `${fields.join('\r\n')}\r\n\r\n${text.toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n`,
    );
  }

  #text(language: keyof typeof SYLLABLES, words: number): string {
    const vocabulary = this.#vocabulary[language];
    // Few words are common: the place in the list is the square of a uniform number, twice.
    return Array.from(
      { length: words },
      () => vocabulary[Math.floor((this.#next() / 2 ** 31) ** 4 * WORDS)],
    ).join(' ');
  }

  #noise(length: number): string {
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    return Array.from({ length }, () => digits[this.#next() % 64]).join('');
  }

  #next(): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#seed >>> 1;
  }
}
