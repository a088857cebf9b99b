// Antivirus: every scanner that is switched on looks at the stored original. No scan, no pass: what could not be
// looked at is not clean, and a scanner that does not answer makes the mail wait.
import { encodeForeign, foldHeader, tooLargeReason } from '@pochtar/mail';
import { serverDomain } from '@pochtar/settings';
import type { NewContent } from '@pochtar/store/content';
import { decide, type Decision, OVERSIZE, type ScannerResult } from '../antivirus/decide.ts';
import { reportContent } from '../antivirus/report-content.ts';
import { type Scanner, type ScanResult, SourceFailed } from '../antivirus/scanner.ts';
import { Scanners } from '../antivirus/scanners.ts';
import type { ContentFilter, ContentJudge, ContentTools, JudgedMail, Verdict, Wait } from '../filter.ts';

const CONCURRENCY = 8;
const MB = 1024 * 1024;
/** Removed from mail that comes from outside, as all our marker fields. */
const MARKER_FIELD = 'X-Pochtar-Antivirus';

export const antivirus: ContentFilter = {
  kind: 'content',
  name: 'antivirus',
  sections: ['antivirus', 'queue', 'general'],
  open: (tools) => new AntivirusJudge(tools),
};

class AntivirusJudge implements ContentJudge {
  readonly concurrency = CONCURRENCY;
  readonly #tools: ContentTools;
  readonly #scanners: Scanners;

  constructor(tools: ContentTools) {
    this.#tools = tools;
    this.#scanners = new Scanners(() => tools.current('antivirus'));
  }

  async judge(mail: JudgedMail): Promise<Verdict | Wait> {
    const settings = this.#tools.current('antivirus');
    const results = await this.#scan(mail, settings.maxScanSizeMb);
    return this.#verdict(mail, decide(results, settings, mail.origin));
  }

  async isWell(): Promise<boolean> {
    const scanners = this.#scanners.enabled();
    const answers = await Promise.all(scanners.map((scanner) => scanner.isWell(this.#tools.stop)));
    return answers.length > 0 && answers.every(Boolean);
  }

  expire(reason: string): Verdict {
    return { kind: 'verdict', result: 'reject', reason: `it could not be scanned in time: ${reason}` };
  }

  async #scan(mail: JudgedMail, maxScanSizeMb: number): Promise<ScannerResult[]> {
    const scanners = this.#scanners.enabled();
    const { blob } = mail.content;
    if (scanners.length > 0 && blob.length > maxScanSizeMb * MB) {
      const size = `over antivirus.maxScanSizeMb: ${blob.length} bytes, more than ${maxScanSizeMb} MB`;
      const reason = tooLargeReason(size);
      return [{ scanner: OVERSIZE, result: { kind: 'unscannable', reason } }];
    }
    const results: ScannerResult[] = [];
    for (const scanner of scanners) {
      const open = () => this.#tools.blobs.readStream(blob);
      const said = await this.#ask(() => scanner.scan(open, blob.length, this.#tools.stop));
      const result = (await this.#isTooLarge(mail, scanner, said)) ? tooLarge(said) : said;
      results.push({ scanner: scanner.name, result });
      // One finding decides, whatever the others would say.
      if (result.kind === 'infected') break;
    }
    return results;
  }

  /** The same mail was cut off before, and the scanner is well: then it is the mail, and waiting longer helps nobody. */
  async #isTooLarge(mail: JudgedMail, scanner: Scanner, said: ScanResult): Promise<boolean> {
    if (said.kind !== 'error' || !said.isCutOff || mail.attempts === 0) return false;
    return scanner.isWell(this.#tools.stop);
  }

  // What the volume threw is told apart from a scanner's trouble by whoever called us.
  async #ask<T>(scan: () => Promise<T>): Promise<T> {
    try {
      return await scan();
    } catch (error) {
      throw error instanceof SourceFailed ? error.cause : error;
    }
  }

  async #verdict(mail: JudgedMail, decision: Decision): Promise<Verdict | Wait> {
    const { kind, reason, decidedBy } = decision;
    const told = { reason, ...(decidedBy !== undefined && { decidedBy }) };
    if (kind === 'wait') return { kind, ...told };
    if (kind === 'replace') {
      return { kind: 'verdict', result: 'accept', ...told, replacement: await this.#report(mail, decision) };
    }
    if (kind === 'bounce') return { kind: 'verdict', result: 'reject', ...told };
    if (kind === 'hold') return { kind: 'verdict', result: 'quarantine', ...told };
    const tag = { prefix: marker(reason), isUnseen: true };
    return { kind: 'verdict', result: 'accept', ...told, ...(kind === 'tag' && tag) };
  }

  #report(mail: JudgedMail, { virus, scanner }: { virus: string; scanner: string }): Promise<NewContent> {
    const hostName = serverDomain(this.#tools.current('general'));
    return reportContent(this.#tools.blobs, { mail, virus, scanner, hostName });
  }
}

function tooLarge(said: ScanResult): ScanResult {
  return { kind: 'unscannable', reason: tooLargeReason('reason' in said ? said.reason : '') };
}

function marker(reason: string): Buffer {
  return Buffer.from(foldHeader(MARKER_FIELD, `unscanned; reason=${encodeForeign(reason, 400)}`), 'latin1');
}
