// GNU SASL as a client that is not ours: logs in to a server by a mechanism, and checks what the server proves.
import { spawn } from 'node:child_process';
import { ensureProgram } from '@pochtar/native';

export interface GsaslLogin {
  protocol: 'smtp' | 'imap';
  port: number;
  mechanism: string;
  name: string;
  password: string;
  /** STARTTLS first; the certificate is not checked. */
  isTls: boolean;
  /** For GnuTLS, such as `NORMAL:-VERS-TLS1.3`. */
  priority?: string;
}

/** Whether it has logged in, and what was said. */
export async function gsaslLogin(login: GsaslLogin): Promise<{ isIn: boolean; said: string }> {
  const { path, libraryPath } = await ensureProgram({ name: 'gsasl', debianPackage: 'gsasl' });
  const { protocol, port, mechanism, name, password, isTls, priority } = login;
  // An empty name of a file: the certificate of the test is not checked.
  const tls = isTls
    ? ['--starttls', '--x509-ca-file=', ...(priority ? [`--priority=${priority}`] : [])]
    : ['--no-starttls'];
  // RFC 5802 §6: a client that could bind, and is told to log in without, would have been lied to.
  const binding = mechanism.endsWith('-PLUS') ? [] : ['--no-cb'];
  const who = [`--authentication-id=${name}`, '--authorization-id=', `--password=${password}`];
  const args = [
    `--${protocol}`,
    `--mechanism=${mechanism}`,
    ...binding,
    ...who,
    ...tls,
    '--verbose',
    '127.0.0.1',
    String(port),
  ];
  const child = spawn(path, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...(libraryPath && { LD_LIBRARY_PATH: libraryPath }) },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => void (said += text));
  }
  child.stdin.end();
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  return { isIn: code === 0, said };
}
