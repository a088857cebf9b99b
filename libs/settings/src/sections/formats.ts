/** The formats that several sections use, each with the words of what is expected. */
import type { Format } from '../field.ts';
import * as formats from '../formats.ts';
import { text } from '../text.ts';

export const listenInterface: Format = {
  parse: formats.listenInterface,
  maxLength: 64,
  expected: text(
    'укажите IP-адрес этой машины или имя интерфейса, например 192.0.2.1 или eth0',
    'give an IP address of this machine or the name of an interface, such as 192.0.2.1 or eth0',
  ),
};

export const addressOrNetwork: Format = {
  parse: formats.addressOrNetwork,
  maxLength: 64,
  expected: text(
    'укажите IP-адрес или сеть, например 192.0.2.1 или 192.0.2.0/24',
    'give an IP address or a network, such as 192.0.2.1 or 192.0.2.0/24',
  ),
};

export const host: Format = {
  parse: formats.host,
  maxLength: 255,
  expected: text(
    'укажите имя узла или IP-адрес, например smtp.example.org',
    'give a host name or an IP address, such as smtp.example.org',
  ),
};

export const hostName: Format = {
  parse: formats.domainName,
  maxLength: 255,
  expected: text('укажите имя узла, например mail.example.org', 'give a host name, such as mail.example.org'),
};

export const mailboxAddress: Format = {
  parse: formats.mailboxAddress,
  maxLength: 320,
  expected: text(
    'укажите адрес почты, например user@example.org',
    'give a mail address, such as user@example.org',
  ),
};
