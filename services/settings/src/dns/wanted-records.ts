// The records that a domain needs in the DNS so that mail finds this server, is believed elsewhere, and clients set
// themselves up; and all of them as a zone file.
import type { DomainDnsRecord } from '@pochtar/bus';
import type { Settings } from '@pochtar/settings';
import type { DkimKey } from '@pochtar/store/directory';
import { isIPv6 } from 'node:net';
import { keyRecord, recordName } from '../dkim/key-record.ts';

export type WantedRecord = Pick<DomainDnsRecord, 'purpose' | 'name' | 'type' | 'value' | 'isOptional'> & {
  /** Something has to be made here first: a key. */
  isLater?: true;
  /** The key that the record is of. */
  key?: DkimKey;
};

export type UsedSettings = Pick<
  Settings,
  'general' | 'network' | 'smtpEncryption' | 'accessEncryption' | 'relay' | 'dkim'
>;

/** `addresses`: under which the outside sees this server; empty when nobody knows. */
export function wantedRecords(
  domain: string,
  settings: UsedSettings,
  addresses: readonly string[],
  keys: readonly DkimKey[],
): WantedRecord[] {
  const host = settings.general.heloName.toLowerCase();
  return [
    { purpose: 'mx', name: domain, type: 'MX', value: `10 ${host}`, isOptional: false },
    ...ofServer(host, addresses),
    { purpose: 'spf', name: domain, type: 'TXT', value: spf(settings.relay), isOptional: false },
    {
      purpose: 'dmarc',
      name: `_dmarc.${domain}`,
      type: 'TXT',
      value: `v=DMARC1; p=none; rua=mailto:postmaster@${domain}`,
      isOptional: false,
    },
    ...signing(domain, settings.dkim, keys),
    ...forClients(domain, host, settings),
    {
      purpose: 'tlsrpt',
      name: `_smtp._tls.${domain}`,
      type: 'TXT',
      value: `v=TLSRPTv1; rua=mailto:postmaster@${domain}`,
      isOptional: true,
    },
    {
      purpose: 'mtaSts',
      name: `_mta-sts.${domain}`,
      type: 'TXT',
      value: null,
      isOptional: true,
      isLater: true,
    },
  ];
}

function ofServer(host: string, addresses: readonly string[]): WantedRecord[] {
  const helo: WantedRecord[] =
    addresses.length === 0
      ? [{ purpose: 'helo', name: host, type: 'A', value: null, isOptional: false }]
      : addresses.map((value) => ({
          purpose: 'helo',
          name: host,
          type: isIPv6(value) ? 'AAAA' : 'A',
          value,
          isOptional: false,
        }));
  const reverse = addresses.map((address): WantedRecord => {
    return { purpose: 'ptr', name: address, type: 'PTR', value: host, isOptional: false };
  });
  return [...helo, ...reverse];
}

/** RFC 7208: what the MX leads to sends, and the relay where there is one; others are suspicious. */
function spf(relay: Settings['relay']): string {
  return relay.host === '' ? 'v=spf1 mx ~all' : `v=spf1 mx a:${relay.host} ~all`;
}

/** Without the record of a key that signs, its signatures are worth nothing. */
function signing(domain: string, dkim: Settings['dkim'], keys: readonly DkimKey[]): WantedRecord[] {
  if (keys.length === 0) {
    const name = recordName(dkim.selector, domain);
    return [{ purpose: 'dkim', name, type: 'TXT', value: null, isOptional: true, isLater: true }];
  }
  return keys.map((key) => {
    const { name, value } = keyRecord(key);
    const isOptional = !dkim.sign || key.state !== 'active';
    return { purpose: 'dkim', name, type: 'TXT', value, isOptional, key };
  });
}

// RFC 6186 §3, RFC 8314 §5.1: where clients find the services, those with TLS from the start first.
function forClients(domain: string, host: string, settings: UsedSettings): WantedRecord[] {
  const { network, accessEncryption, smtpEncryption } = settings;
  const services: [string, number | null][] = [
    ['_submissions', smtpEncryption.implicitTlsEnabled ? smtpEncryption.smtpsPort : null],
    ['_submission', network.submissionEnabled ? network.submissionPort : null],
    ['_imaps', accessEncryption.implicitTlsEnabled ? accessEncryption.imapsPort : null],
    ['_imap', network.imapPort],
    ['_pop3s', accessEncryption.implicitTlsEnabled ? accessEncryption.pop3sPort : null],
  ];
  const srv = services.flatMap(([service, port], index): WantedRecord[] =>
    port === null
      ? []
      : [
          {
            purpose: 'srv',
            name: `${service}._tcp.${domain}`,
            type: 'SRV',
            value: `${index % 2 === 0 ? 0 : 10} 1 ${port} ${host}`,
            isOptional: true,
          },
        ],
  );
  const names = ['autoconfig', 'autodiscover'].map((name): WantedRecord => {
    return { purpose: name, name: `${name}.${domain}`, type: 'CNAME', value: host, isOptional: true };
  });
  return [...names, ...srv];
}

/** RFC 1035 §5.1. Reverse records are the provider's, and stand there as a remark. */
export function zoneFile(domain: string, records: readonly WantedRecord[]): string {
  const lines = records.flatMap(({ name, type, value }) => {
    if (value === null) return [];
    if (type === 'PTR') return [`; PTR ${name} -> ${value}.`];
    const isInside = name === domain || name.endsWith(`.${domain}`);
    return [`${isInside ? '' : '; '}${name}. 3600 IN ${type} ${zoneValue(type, value)}`];
  });
  return `; ${domain}\n${lines.join('\n')}\n`;
}

function zoneValue(type: DomainDnsRecord['type'], value: string): string {
  if (type === 'A' || type === 'AAAA') return value;
  if (type !== 'TXT') return `${value}.`;
  const escaped = value.replaceAll(/["\\]/g, String.raw`\$&`);
  return (escaped.match(/.{1,255}/gs) ?? []).map((chunk) => `"${chunk}"`).join(' ');
}
