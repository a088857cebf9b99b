// python3-ldap of Debian as a client that is not ours: inside TLS, the query of Outlook, and the list that it shows for
// browsing, window by window (VLV).
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePackage, librariesOf } from '@pochtar/native';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASE, HOST, type Installation, PASSWORD, startInstallation } from './installation.ts';

const run = promisify(execFile);
/** Debian's compiled modules fit this one only. */
const PYTHON = '/usr/bin/python3';

let at: Installation;

beforeAll(async () => {
  at = await startInstallation();
}, 120_000);
afterAll(() => at[Symbol.asyncDispose]());

const script = `
import json, sys, ldap
from ldap.controls.sss import SSSRequestControl
from ldap.controls.vlv import VLVRequestControl, VLVResponseControl
url, base, password = sys.argv[1:]
ldap.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_ALLOW)
def connect():
    client = ldap.initialize(url)
    client.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    client.set_option(ldap.OPT_TIMEOUT, 15)
    return client
client = connect()
client.start_tls_s()
client.simple_bind_s('anna@demo.test', password)
outlook = '(&(mail=*)(|(mail=bor*)(|(cn=bor*)(|(sn=bor*)(givenName=bor*)))))'
found = client.search_s(base, ldap.SCOPE_SUBTREE, outlook, ['mail', 'display-name'])
windows = []
for offset in (1, 3):
    view = VLVRequestControl(criticality=True, before_count=0, after_count=1, offset=offset, content_count=0)
    order = SSSRequestControl(criticality=True, ordering_rules=['mail'])
    number = client.search_ext(base, ldap.SCOPE_SUBTREE, '(mail=*)', ['mail'], serverctrls=[order, view])
    known = {VLVResponseControl.controlType: VLVResponseControl}
    _, entries, _, controls = client.result3(number, resp_ctrl_classes=known)
    told = [one for one in controls if one.controlType == VLVResponseControl.controlType][0]
    windows.append([[e[1]['mail'][0].decode() for e in entries], told.targetPosition, told.contentCount])
try:
    connect().simple_bind_s('anna@demo.test', 'wrong')
    refused = None
except ldap.INVALID_CREDENTIALS as error:
    refused = error.args[0]['desc']
print(json.dumps({
    'who': client.whoami_s(),
    'found': [[dn, values['mail'][0].decode(), values['display-name'][0].decode()] for dn, values in found],
    'windows': windows,
    'refused': refused,
}))
`;

test("python3-ldap completes with Outlook's query and browses the list", async () => {
  const root = await ensurePackage({ debianPackage: 'python3-ldap' });
  const env = {
    PATH: '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    PYTHONPATH: join(root, 'usr/lib/python3/dist-packages'),
    LD_LIBRARY_PATH: librariesOf(root).join(':'),
  };
  const words = ['-c', script, `ldap://${HOST}:${at.port}`, BASE, PASSWORD];
  const { stdout } = await run(PYTHON, words, { env, timeout: 60_000 });
  expect(JSON.parse(stdout)).toEqual({
    who: 'u:anna@demo.test',
    found: [[`mail=boris@demo.test,ou=people,${BASE}`, 'boris@demo.test', 'Boris Émile Grant']],
    windows: [
      [['all@demo.test', 'anna@demo.test'], 1, 4],
      [['boris@demo.test', 'clara@demo.test'], 3, 4],
    ],
    refused: 'Invalid credentials',
  });
}, 180_000);
