// Debian's Thunderbird without a window, set up with the lines that we print for it: its own completion of addresses asks this
// service, by LDAP inside TLS, logged in as Anna. Only in `./pochtar test --long`: the program is large.
import { startThunderbird } from '@pochtar/native';
import { thunderbirdBook } from '@pochtar/settings/client-setup';
import { temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASE, HOST, type Installation, PASSWORD, startInstallation } from './installation.ts';
import { Marionette } from './marionette.ts';

const START_MS = 120_000;
const ANSWER_MS = 30_000;

const stack = new AsyncDisposableStack();
let at: Installation;
let thunderbird: Marionette;

beforeAll(async () => {
  at = stack.use(await startInstallation());
  const directory = stack.use(temporaryDirectory());
  const book = { host: HOST, port: at.port, security: 'tls' as const, bases: [BASE] as [string] };
  const { server, port } = await startThunderbird(directory.path, thunderbirdBook(book, 'anna@demo.test'));
  stack.use(server);
  thunderbird = stack.use(await server.whileRunning(Marionette.open(port, START_MS)));
}, 2 * START_MS);
afterAll(() => stack.disposeAsync());

/** The password as somebody has typed and kept it. */
const keepsPassword = `
  const [password, done] = arguments;
  const { MailServices } = ChromeUtils.importESModule('resource:///modules/MailServices.sys.mjs');
  const book = MailServices.ab.directories.find((one) => one.URI.startsWith('moz-abldapdirectory'));
  const url = book.QueryInterface(Ci.nsIAbLDAPDirectory).lDAPURL;
  const login = Cc['@mozilla.org/login-manager/loginInfo;1'].createInstance(Ci.nsILoginInfo);
  login.init(url.prePath, null, url.spec, '', password, '', '');
  Services.logins.addLoginAsync(login).then(() => done(book.dirName), (error) => done(String(error)));
`;

/** What is offered while an address is typed, by the component that the window of a new mail asks. */
const completes = `
  const [typed, done] = arguments;
  const search = Cc['@mozilla.org/autocomplete/search;1?name=ldap'].createInstance(Ci.nsIAutoCompleteSearch);
  search.startSearch(typed, JSON.stringify({ type: 'addr_to' }), null, {
    onSearchResult(_, result) {
      if (result.searchResult === Ci.nsIAutoCompleteResult.RESULT_NOMATCH_ONGOING) return;
      const values = Array.from({ length: result.matchCount }, (_, index) => result.getValueAt(index));
      done({ result: result.searchResult, values });
    },
  });
`;

const completed = (typed: string) => thunderbird.run(completes, [typed], ANSWER_MS);

test('Thunderbird completes a name from the book, as its own account of it is set up by our lines', async () => {
  expect(await thunderbird.run(keepsPassword, [PASSWORD], ANSWER_MS)).toBe(HOST);
  expect(await completed('bor')).toMatchObject({ values: ['Boris Émile Grant <boris@demo.test>'] });
  expect(await completed('ёлк')).toMatchObject({ values: [expect.stringContaining('anna@demo.test')] });
  expect(await completed('Boris Gr')).toMatchObject({ values: [expect.stringContaining('boris@demo.test')] });
  expect(await completed('nobody')).toMatchObject({ values: [] });
});
