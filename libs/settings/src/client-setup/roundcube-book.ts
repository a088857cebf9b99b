// Roundcube's address book over LDAP: PHP for the end of its `config.inc.php`. It asks the server at each page whether there is
// a book for the web mail, and below which names: so that `addressBook.publishToWebmail`, the bases and the switch count at
// once, without a file that somebody has to write anew.
import type { BookServer } from './book-server.ts';

/** Seconds that a page waits for a server that does not answer. */
const PATIENCE = 2;
/** Entries of one answer. */
const MAX_ENTRIES = 200;

export function roundcubeBook({ host, port, security }: Omit<BookServer, 'bases'>): string {
  const url = quoted(`${security === 'tls' ? 'ldaps' : 'ldap'}://${host}:${port}`);
  return `<?php
// The address book of Pochtar. Put this file beside config.inc.php, and at the end of that one:
//   include __DIR__ . '/pochtar-address-book.inc.php';
// Users log in to the book by themselves, with the address and the password of their mailbox. The web mail has to be at one of
// the addresses of the setting network.webmailAddresses.
(function () use (&$config) {
    $link = ldap_connect(${url});
    ldap_set_option($link, LDAP_OPT_PROTOCOL_VERSION, 3);
    ldap_set_option($link, LDAP_OPT_NETWORK_TIMEOUT, ${PATIENCE});
    ldap_set_option($link, LDAP_OPT_TIMELIMIT, ${PATIENCE});
    $root = @ldap_read($link, '', '(objectClass=*)', ['namingContexts']);
    $contexts = $root ? ldap_get_entries($link, $root)[0]['namingcontexts'] ?? [] : [];
    @ldap_unbind($link);
    unset($contexts['count']);
    foreach ($contexts as $place => $base) {
        $name = 'pochtar' . ($place === 0 ? '' : $place + 1);
        $config['ldap_public'][$name] = [
            'name' => ${quoted(host)} . (count($contexts) === 1 ? '' : " ($base)"),
            'hosts' => [${url}],
            'ldap_version' => 3,
            'network_timeout' => ${PATIENCE},
            'user_specific' => true,
            'base_dn' => $base,
            'bind_dn' => '%fu',
            'bind_pass' => '',
            'writable' => false,
            'search_fields' => ['mail', 'mailAlternateAddress', 'cn', 'sn', 'givenName'],
            'fieldmap' => [
                'name' => 'cn',
                'surname' => 'sn',
                'firstname' => 'givenName',
                'email' => 'mail:*',
                'jobtitle' => 'title',
                'department' => 'ou',
                'organization' => 'o',
                'phone:work' => 'telephoneNumber',
                'phone:mobile' => 'mobile',
                'phone:home' => 'homePhone',
                'phone:workfax' => 'facsimileTelephoneNumber',
                'photo' => 'jpegPhoto',
            ],
            'sort' => 'cn',
            'scope' => 'sub',
            'filter' => '(objectClass=inetOrgPerson)',
            'fuzzy_search' => true,
            'sizelimit' => ${MAX_ENTRIES},
            'groups' => [
                'base_dn' => "ou=groups,$base",
                'scope' => 'sub',
                'filter' => '(objectClass=groupOfNames)',
                'object_classes' => ['top', 'groupOfNames'],
                'member_attr' => 'member',
                'name_attr' => 'cn',
                'email_attr' => 'mail',
            ],
        ];
        $config['autocomplete_addressbooks'] = array_merge($config['autocomplete_addressbooks'] ?? ['sql'], [$name]);
    }
})();
`;
}

/** A string of PHP. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
