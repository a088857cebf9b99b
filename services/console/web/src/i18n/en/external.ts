// External contacts of the address book. These words come with their page.
export const external = {
  'external.title': 'External contacts',
  'external.help':
    'People outside, such as suppliers and partners, whom the address book finds beside colleagues. They have no mailbox here.',
  'external.add': 'Add a contact',
  'external.filter': 'Address, name or organisation',
  'external.domain': 'In the book of',
  'external.empty': 'There are no external contacts yet. Add those who are often written to.',
  'external.saved': 'Contact saved',
  'external.delete': 'Delete the contact',
  'external.deleteText': '{{address}} will be gone from the address book of {{domain}}.',
};
