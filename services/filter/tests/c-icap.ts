// A real ICAP server for the tests: Debian's c-icap with its virus_scan module in front of a clamd.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ensureProgram, freePort, startServer, until } from '@pochtar/native';
import { temporaryDirectory } from '@pochtar/testkit';

export interface CIcap extends AsyncDisposable {
  /** icap://host:port/avscan */
  url: string;
  stop(): Promise<void>;
}

/** Starts c-icap in front of `clamd`; the service is called avscan. */
export async function startCIcap(clamd: { host: string; port: number }): Promise<CIcap> {
  // The module's package brings c-icap itself along.
  const program = await ensureProgram({ name: 'c-icap', debianPackage: 'libc-icap-mod-virus-scan' });
  const root = program.path.replace(/\/usr\/(local\/)?s?bin\/c-icap$/, '');
  const libraries = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const modules = join(root, 'usr/lib', libraries, 'c_icap');
  const temporary = temporaryDirectory();
  const dir = join(temporary.path, 'c-icap');
  mkdirSync(dir);
  // It runs as the user of servers, which owns nothing here.
  chmodSync(temporary.path, 0o755);
  chmodSync(dir, 0o777);
  const port = await freePort();
  const lines = [
    `PidFile ${dir}/c-icap.pid`,
    `CommandsSocket ${dir}/c-icap.ctl`,
    `Port 127.0.0.1:${port}`,
    'StartServers 1',
    'MaxServers 1',
    'ThreadsPerChild 10',
    `TmpDir ${dir}`,
    `ModulesDir ${modules}`,
    `ServicesDir ${modules}`,
    `TemplateDir ${root}/usr/share/c_icap/templates/`,
    `LoadMagicFile ${root}/etc/c-icap/c-icap.magic`,
    `ServerLog ${dir}/server.log`,
    `AccessLog ${dir}/access.log`,
    'Service antivirus_module virus_scan.so',
    'ServiceAlias avscan antivirus_module?allow204=on&sizelimit=off&mode=simple',
    'virus_scan.ScanFileTypes TEXT DATA EXECUTABLE ARCHIVE DOCUMENT UNKNOWN',
    'Module common clamd_mod.so',
    `clamd_mod.ClamdHost ${clamd.host}`,
    `clamd_mod.ClamdPort ${clamd.port}`,
    'virus_scan.DefaultEngine clamd',
  ];
  const configFile = join(dir, 'c-icap.conf');
  writeFileSync(configFile, `${lines.join('\n')}\n`);
  const server = await startServer({
    name: 'c-icap',
    command: program.path,
    args: ['-N', '-D', '-f', configFile],
    paths: [configFile],
    env: {
      PATH: process.env['PATH'],
      ...(program.libraryPath && { LD_LIBRARY_PATH: program.libraryPath }),
    },
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    temporary[Symbol.dispose]();
  };
  try {
    await server.whileRunning(until('c-icap listens', () => answers(port), { timeoutMs: 60_000 }));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `icap://127.0.0.1:${port}/avscan`, stop: () => server.stop(), [Symbol.asyncDispose]: stop };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
