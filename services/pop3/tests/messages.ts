// The messages that transcripts name in their `# maildrop:` line.

export const messages: Readonly<Record<string, string>> = {
  first: 'From: a@remote.test\r\nSubject: first\r\n\r\none\r\n.two\r\n..\r\nthree\r\n',
  second: 'From: b@remote.test\r\nSubject: second\r\n\r\nhello\r\n',
  'no-end': 'Subject: x\r\n\r\nno end',
  // As APPEND once stored it.
  'bare-lf': 'From: a@remote.test\nSubject: x\n\none\n.two\nthree\n',
  utf8: 'Subject: Привет\r\n\r\ntext\r\n',
  // No other way to write it.
  'utf8-address': 'From: <анна@demo.test>\r\n\r\ntext\r\n',
  'only-header': 'Subject: only a header\r\n',
};
