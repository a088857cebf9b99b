// What mail programs are told without a log-in: the settings as they are, for domains of ours, whether an address exists or
// not.
import { createAccounts } from '@pochtar/testkit/ground';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PASSWORD, type RunningConsole, runConsole } from './running-console.ts';

let running: RunningConsole;
beforeAll(async () => {
  running = await runConsole();
  await createAccounts(running.ground.db, ['anna'], { password: PASSWORD });
  await running.ground.set({
    general: { heloName: 'mx.demo.test' },
    network: { submissionEnabled: true, submissionPort: 5877 },
    smtpEncryption: { mode: 'required', smtpsPort: 4655 },
    accessEncryption: { mode: 'optional', imapsPort: 9933, implicitTlsEnabled: true },
  });
});
afterAll(() => running[Symbol.asyncDispose]());

interface Got {
  status: number;
  type: string;
  text: string;
}

async function ask(path: string, body?: string): Promise<Got> {
  const response = await fetch(`${running.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body !== undefined && { body, headers: { 'content-type': 'text/xml' } }),
  });
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    text: await response.text(),
  };
}

function outlookAsks(address: string): string {
  return `<?xml version="1.0"?><Autodiscover xmlns="x"><Request><EMailAddress>${address}</EMailAddress>
    <AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema>
    </Request></Autodiscover>`;
}

/** The same answer but for the name itself. */
function without(name: string, { text }: Got): string {
  return text.replaceAll(name, 'NAME').replaceAll(/[\dA-F]{8}(?:-[\dA-F]{4}){3}-[\dA-F]{12}/g, 'UUID');
}

const thunderbird = ['/mail/config-v1.1.xml', '/.well-known/autoconfig/mail/config-v1.1.xml'];
const outlook = [
  '/autodiscover/autodiscover.xml',
  '/Autodiscover/Autodiscover.xml',
  '/AutoDiscover/AutoDiscover.xml',
];

describe('Thunderbird', () => {
  test.each(thunderbird)('finds the servers as the settings have them at %s', async (path) => {
    const { status, type, text } = await ask(`${path}?emailaddress=anna%40demo.test`);
    expect(status).toBe(200);
    expect(type).toMatch(/^text\/xml/);
    const servers = [
      ...text.matchAll(/type="(\w+)">\s*<hostname>(.*?)<.*?<port>(\d+)<.*?<socketType>(\w+)</gs),
    ].map((found) => found.slice(1).join(' '));
    expect(servers).toContain('imap mx.demo.test 9933 SSL');
    expect(servers).toContain('smtp mx.demo.test 4655 SSL');
    expect(servers).toContain('smtp mx.demo.test 5877 STARTTLS');
    expect(servers.filter((server) => server.startsWith('smtp'))).toHaveLength(2);
    expect(text).toContain('<username>anna@demo.test</username>');
  });

  test('is told of a change without a restart', async () => {
    await running.ground.set({ accessEncryption: { mode: 'none' } });
    await eventually(async () => {
      const { text } = await ask(`${thunderbird[0]}?emailaddress=anna%40demo.test`);
      expect(text).toContain('<socketType>plain</socketType>');
      expect(text).not.toContain('<port>9933</port>');
    });
    await running.ground.set({ accessEncryption: { mode: 'optional' } });
  });
});

describe('Outlook', () => {
  test.each(outlook)('finds the servers at %s', async (path) => {
    const { status, text } = await ask(path, outlookAsks('anna@demo.test'));
    expect(status).toBe(200);
    expect(text).toMatch(/<Type>SMTP<\/Type>\s*<Server>mx\.demo\.test<\/Server>\s*<Port>4655<\/Port>/);
    expect(text).toContain('<LoginName>anna@demo.test</LoginName>');
  });

  test('of the newer kind is told where the older one is', async () => {
    const { status, text } = await ask(
      '/autodiscover/autodiscover.json?Email=anna%40demo.test&Protocol=AutodiscoverV1',
    );
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      Protocol: 'AutodiscoverV1',
      Url: expect.stringMatching(/^https:.*autodiscover\.xml$/),
    });
  });

  test.each([
    [
      'entities',
      '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a><EMailAddress>&e;@demo.test</EMailAddress></a>',
    ],
    ['no address', '<a></a>'],
    ['no XML', 'anna@demo.test'],
    ['an element that never ends', `<EMailAddress>${'a'.repeat(10_000)}`],
  ])('that sends %s is told of an invalid request', async (_, body) => {
    const { text } = await ask(outlook[0] as string, body);
    expect(text).toContain('<ErrorCode>600</ErrorCode>');
    expect(text).not.toContain('root:');
  });

  test('that sends too much is refused', async () => {
    expect((await ask(outlook[0] as string, outlookAsks('a'.repeat(20_000)))).status).toBe(413);
  });
});

test('an Apple device gets a profile with the safest servers, and no password', async () => {
  const { status, type, text } = await ask('/mail/apple.mobileconfig?emailaddress=anna%40demo.test');
  expect(status).toBe(200);
  expect(type).toMatch(/^application\/x-apple-aspen-config/);
  expect(text).toMatch(/IncomingMailServerPortNumber<\/key><integer>9933</);
  expect(text).toMatch(/IncomingMailServerUseSSL<\/key><true\/>/);
  expect(text).not.toContain('<key>IncomingPassword<');
});

describe('the address book', () => {
  const of = (file: string) => `/mail/address-book/${file}?emailaddress=anna%40demo.test`;
  const port = 3893;
  beforeAll(() => running.ground.set({ addressBook: { port, baseDn: 'dc=demo,dc=test' } }));

  test('is set up with the values of the settings as they are, by a file for each program', async () => {
    await eventually(async () => {
      const lines = await ask(of('user.js'));
      expect(lines.text).toContain(`ldaps://mx.demo.test:${port}/dc=demo,dc=test??sub?`);
      expect(lines.text).toContain('"anna@demo.test"');
      const { text } = await ask(of('outlook.prf'));
      expect(text).toContain(`ConnectionPort=${port}\r\nUserName=anna@demo.test\r\nUseSSL=true\r\n`);
    });
  });

  test('is in a profile for Apple by CardDAV at the port of the console, and by LDAP where a device would find it', async () => {
    const paths = [of('apple.mobileconfig'), '/mail/apple.mobileconfig?emailaddress=anna%40demo.test'];
    for (const path of paths) {
      const { text } = await ask(path);
      expect(text).toMatch(
        new RegExp(`CardDAVHostName</key><string>127.0.0.1<[^]*CardDAVPort</key><integer>${running.port}<`),
      );
      expect(text).not.toContain('com.apple.ldap.account');
    }
    await running.ground.set({ addressBook: { port: 636 } });
    await eventually(async () => {
      for (const path of paths) {
        const { text } = await ask(path);
        expect(text).toMatch(/LDAPAccountHostName<\/key><string>mx\.demo\.test</);
        expect(text).not.toMatch(/Password<\/key><string>/);
      }
    });
    await running.ground.set({ addressBook: { port } });
  });

  test('switched off is in no file', async () => {
    await running.ground.set({ addressBook: { enabled: false } });
    await eventually(async () => {
      for (const file of ['user.js', 'outlook.prf', 'apple.mobileconfig']) {
        expect((await ask(of(file))).status).toBe(404);
      }
      const { body } = await (await running.loggedIn('root')).call('GET', '/address-book/client');
      expect(body).toEqual({ addressBook: null });
    });
    await running.ground.set({ addressBook: { enabled: true } });
  });
});

describe('a stranger', () => {
  test('does not learn whether an address exists', async () => {
    const files = ['user.js', 'outlook.prf'].map((file) => `/mail/address-book/${file}`);
    for (const path of [thunderbird[0], '/mail/apple.mobileconfig', ...files]) {
      const [anna, nobody] = [
        await ask(`${path}?emailaddress=anna%40demo.test`),
        await ask(`${path}?emailaddress=nobody%40demo.test`),
      ];
      expect(without('anna', anna)).toBe(without('nobody', nobody));
    }
    const [anna, nobody] = [
      await ask(outlook[0] as string, outlookAsks('anna@demo.test')),
      await ask(outlook[0] as string, outlookAsks('nobody@demo.test')),
    ];
    expect(without('anna', anna)).toBe(without('nobody', nobody));
  });

  test('of another domain is told nothing', async () => {
    const files = ['user.js', 'outlook.prf', 'apple.mobileconfig'].map(
      (file) => `/mail/address-book/${file}`,
    );
    for (const path of [...thunderbird, '/mail/apple.mobileconfig', ...files]) {
      expect((await ask(`${path}?emailaddress=anna%40other.test`)).status).toBe(404);
      expect((await ask(`${path}?emailaddress=%3Cscript%3E`)).status).toBe(404);
      expect((await ask(path)).status).toBe(404);
    }
    expect((await ask(outlook[0] as string, outlookAsks('anna@other.test'))).text).toContain(
      '<ErrorCode>601</ErrorCode>',
    );
  });
});

test('a user sees the same servers on the own page', async () => {
  const anna = await running.loggedIn('anna@demo.test');
  const { status, body } = await anna.call('GET', '/me/client');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    login: 'anna@demo.test',
    appleProfile: '/mail/apple.mobileconfig?emailaddress=anna%40demo.test',
    addressBook: {
      ...{ host: 'mx.demo.test', bases: ['dc=demo,dc=test'], security: 'tls', cardDav: `${running.url}/` },
      thunderbird: '/mail/address-book/user.js?emailaddress=anna%40demo.test',
    },
  });
  expect((body as { servers: unknown[] }).servers).toContainEqual({
    protocol: 'imap',
    host: 'mx.demo.test',
    port: 9933,
    security: 'tls',
  });
});
