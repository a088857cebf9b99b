// First steps.
export const start = {
  'start.progress': '{{done}} of {{total}} done. The server checks the state of each step itself.',
  'start.progressPutOff':
    '{{done}} of {{total}} done, {{putOff}} put off. The server checks the state of each step itself.',
  'start.over': 'The server is set up and working. This page stays in the account menu.',
  'start.overPutOff':
    'Everything is done but what is put off (steps: {{putOff}}). This page stays in the account menu.',
  'start.putOff': 'put off',
  'start.putOff.because': 'Put off',
  'start.putOff.do': 'Put off',
  'start.putOff.title': 'Put the step off',
  'start.putOff.reason': 'Why',
  'start.putOff.help':
    'Up to 200 characters. The step no longer counts as missing; you can take it up again at any time.',
  'start.putOff.resume': 'Take up again',
  'start.done': 'done',
  'start.todo': 'to do',
  'start.next': 'next step',
  'start.optional': 'optional',
  'start.unknown': 'checking',
  'start.silent': 'unknown',
  'start.menu': '{{done}} of {{total}}',
  'start.afterDomain': 'Add a domain first.',
  'start.waiting': 'No mail yet. The first one to arrive will show up here.',
  'start.password': 'Administrator’s password',
  'start.text.password':
    'The first password was made by the installation and stands in its files. Choose your own.',
  'start.go.password': 'Change the password',
  'start.go.dns': 'DNS records of {{domain}}',
  'start.go.certificate': 'Upload a certificate',
  'start.go.way': 'Set up an external SMTP server',
  'start.go.antivirus': 'Turn on a virus scanner',
  'start.organisation': 'Name of the organisation',
  'start.text.organisation':
    'Shown above the pages of the console, so that everyone sees whose server this is.',
  'start.name': 'Name of the server',
  'start.text.name':
    'The full DNS name of this machine. The reverse record of its address must lead to the same name.',
  'start.domain': 'First domain',
  'start.text.domain': 'The domain this server takes mail for: the part of an address after the @.',
  'start.dns': 'DNS records',
  'start.text.dns':
    'MX brings mail to the server; SPF and DMARC keep others from forging your addresses. Copy the records to wherever the domain is hosted, then check them.',
  'start.certificate': 'Certificate',
  'start.done.certificate': 'The servers show your certificate. A new one is uploaded here as well.',
  'start.text.certificate':
    'The generated one is in use, and mail programs warn about it. Upload your own: the servers show it at once.',
  'start.way': 'The way out',
  'start.text.way':
    'Mail goes straight to the recipients’ servers over port 25. If your provider blocks it, send through an external SMTP server. Done once an external server is set or a mail has left.',
  'start.account': 'First mailbox',
  'start.text.account': 'Create a mailbox and connect a mail program to it.',
  'start.mail': 'Test mail',
  'start.text.mail':
    'Send a mail from the postmaster of your domain: to your own mailbox, then to an address elsewhere. Answer it to try the way back.',
  'start.testMail.to': 'Send to',
  'start.testMail.send': 'Send a test mail',
  'start.testMail.underWay': 'on its way',
  'start.testMail.way': 'Way of the mail',
  'start.alert': 'Address for alerts',
  'start.text.alert': 'Mail for postmaster goes here when nobody else receives it.',
  'start.antivirus': 'Antivirus',
  'start.text.antivirus': 'Turn on at least one scanner, so that attachments are checked.',
} as const;
