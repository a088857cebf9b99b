// The mail of the IMAP bench: every message has words and a subject of its own, out of a small vocabulary with a few rare ones.
const WORDS = (
  'contract invoice meeting schedule delivery project report budget account payment order summer office letter ' +
  'customer request answer question number address morning evening document version change support service network ' +
  'договор счёт встреча отчёт проект письмо заказ ответ вопрос адрес утро вечер документ служба сеть склад'
).split(' ');
/** Each hundredth message has this word in its subject, each thousandth that in its text. */
export const RARE_SUBJECT = 'quetzal';
export const RARE_TEXT = 'xylophone';
const LINE_WORDS = 9;

/** About 2 KiB, the same octets for the same number. */
export function benchMail(number: number): Buffer {
  const words = wordsOf(number);
  const sentence = (count: number): string => Array.from({ length: count }, words).join(' ');
  const rareSubject = number % 100 === 0 ? ` ${RARE_SUBJECT}` : '';
  const rareText = number % 1000 === 0 ? `${RARE_TEXT}\r\n` : '';
  const sender = `person${number % 500}@example.test`;
  const subject = Buffer.from(`${sentence(5)}${rareSubject}`).toString('base64');
  const head = [
    'Received: from mx.example.test (mx.example.test [192.0.2.1]) by demo.test with ESMTPS; Mon, 23 Nov 2026 08:00:00 +0000',
    `From: Person ${number % 500} <${sender}>`,
    'To: Big <big@demo.test>, Other <other@demo.test>',
    `Subject: =?utf-8?B?${subject}?=`,
    `Date: ${new Date(1_700_000_000_000 + number * 60_000).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${number}.${number * 7}@example.test>`,
    ...(number % 3 === 0 ? [`In-Reply-To: <${number - 1}.${(number - 1) * 7}@example.test>`] : []),
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
  ];
  const lines = Array.from({ length: 18 }, () => sentence(LINE_WORDS));
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${lines.join('\r\n')}\r\n${rareText}`);
}

function wordsOf(seed: number): () => string {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return WORDS[(state >> 8) % WORDS.length] as string;
  };
}
