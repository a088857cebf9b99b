// Addresses that hide their clients. These words come with their page.
export const guard = {
  'guard.intro':
    'Many may send through one local address (a proxy, NAT, a container). When more than 20 foreign domains send through it within a day without logging in, trust in it is suspended.',
  'guard.address': 'Address',
  'guard.state.suspended': 'trust suspended',
  'guard.state.confirmed': 'confirmed',
  'guard.state.counted': 'counted',
  'guard.since': 'Since',
  'guard.domains': 'Foreign domains within a day',
  'guard.latest': 'The latest',
  'guard.lastAt': 'Last seen',
  'guard.firstAt': 'First seen',
  'guard.confirmedBy': 'Confirmed by',
  'guard.all': 'Show those too that are only counted',
  'guard.empty': 'Trust is suspended for no address, and none is confirmed.',
  'guard.emptyAll': 'Nobody has sent through a local address without logging in yet.',
  'guard.means': 'What is suspended',
  'guard.means.relay': 'Relaying without a login, by the white list as well as on the submission port.',
  'guard.means.white': 'The white list: entries of this address and of networks that it lies in.',
  'guard.means.limits': 'Limits and bans by address, and greylisting: otherwise all would suffer for one.',
  'guard.means.origin': 'SPF: the address says nothing of where a mail comes from.',
  'guard.means.stays': 'Logins, the black list and signatures count as ever.',
  'guard.todo': 'What to do',
  'guard.todo.proxy':
    'Have the proxy or balancer pass on the addresses of clients (PROXY protocol), and enter it here:',
  'guard.todo.network': 'Behind NAT or in a container, give the process smtp the network of the host.',
  'guard.todo.wait':
    'Trust comes back by itself when no more than five foreign domains send through it within seven days.',
  'guard.todo.confirm':
    'If it really is one client (a gateway, a list server), confirm it: trust comes back at once.',
  'guard.confirm': 'Confirm: it is one client',
  'guard.confirmText':
    'Trust comes back however many domains send through the address. If many stand behind it after all and it is white-listed, the server becomes an open relay.',
  'guard.confirmed': '{{address}} is one client',
  'guard.confirmedText':
    'Lists and limits count for it as for any client, until the confirmation is revoked.',
  'guard.countedText': 'Nothing follows from it yet: there are few foreign domains.',
  'guard.revoke': 'Revoke the confirmation',
  'guard.revokeText': 'The address is judged again by who sends through it, at once.',
  'guard.revoked.suspended': 'Revoked: trust in {{address}} is suspended',
  'guard.revoked.counted': 'Revoked: {{address}} is counted again',
} as const;
