// The part of clamscan 2.4.0 that antivirus/clamd.ts uses; the package brings no types.
declare module 'clamscan' {
  import type { Socket } from 'node:net';
  import type { Readable } from 'node:stream';

  export interface ScanAnswer {
    isInfected: boolean | null;
    viruses: string[];
    resultString?: string;
  }

  export default class NodeClam {
    init(options: {
      clamscan: { active: false; path: null };
      clamdscan: {
        socket?: string | false;
        host?: string | false;
        port?: number | false;
        timeout: number;
        localFallback: false;
        path: null;
        bypassTest: true;
      };
    }): Promise<NodeClam>;
    scanStream(stream: Readable): Promise<ScanAnswer>;
    /** Private there; the version is pinned. */
    _initSocket(label?: string): Promise<Socket>;
  }
}
