import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Address, formatAddress, parseAddress } from './address.ts';
import { SRS_DAYS, srsAddress, srsSender } from './srs.ts';

const key = Buffer.alloc(32, 1);
const now = new Date('2026-11-28T08:00:00Z');
const later = (days: number): Date => new Date(now.getTime() + days * 86_400_000);
const address = (text: string): Address => parseAddress(text) as Address;
const forwarded = (sender: string, domain = 'ours.test', by = key): Address =>
  srsAddress(address(sender), domain, by, now) as Address;
const behind = (rewritten: Address, at = now, by = key): string => {
  const found = srsSender(rewritten, by, at);
  return found?.kind === 'sender' ? formatAddress(found.address) : String(found?.kind);
};

describe('the reverse path of forwarded mail', () => {
  test('is an address of ours that says whose it was, and leads back', () => {
    const rewritten = forwarded('Anna@Sender.test');
    expect(formatAddress(rewritten)).toMatch(/^SRS0=[A-Z2-7]{8}=[A-Z2-7]{2}=sender\.test=Anna@ours\.test$/);
    expect(behind(rewritten)).toBe('Anna@sender.test');
    // As it comes through servers that change letters.
    expect(behind({ ...rewritten, localPart: rewritten.localPart.toLowerCase() })).toBe('anna@sender.test');
    expect(behind({ localPart: rewritten.localPart.replace('SRS0=', 'SRS0+'), domain: 'OURS.test' })).toBe(
      'Anna@sender.test',
    );
  });

  test('of one that was rewritten before goes back to the first server, however many there were', () => {
    const first = forwarded('anna@sender.test', 'first.test', Buffer.alloc(32, 2));
    const second = forwarded(formatAddress(first), 'second.test');
    expect(second.localPart).toMatch(
      /^SRS1=[A-Z2-7]{10}=first\.test==[A-Z2-7]{8}=[A-Z2-7]{2}=sender\.test=anna$/,
    );
    expect(behind(second)).toBe(formatAddress(first));
    const third = forwarded(formatAddress(second), 'third.test', Buffer.alloc(32, 3));
    expect(third.localPart.length).toBe(second.localPart.length);
    expect(behind(third, now, Buffer.alloc(32, 3))).toBe(formatAddress(first));
  });

  test('stays where it would be too long', () => {
    expect(
      srsAddress(address(`${'a'.repeat(60)}@${`${'d'.repeat(60)}.`.repeat(3)}test`), 'ours.test', key, now),
    ).toBeNull();
  });
});

describe('what comes back', () => {
  test('for an address that is none of these is nobody’s', () => {
    for (const text of ['anna@ours.test', 'srs0@ours.test', 'SRS2=ABCDEFGH=AA=a.test=b@ours.test'])
      expect(srsSender(address(text), key, now)).toBeNull();
  });

  test('is taken for a month, and no longer', () => {
    const rewritten = forwarded('anna@sender.test');
    expect(behind(rewritten, later(SRS_DAYS))).toBe('anna@sender.test');
    expect(behind(rewritten, later(-1))).toBe('anna@sender.test');
    for (const days of [SRS_DAYS + 1, 300, 1000, -2]) expect(behind(rewritten, later(days))).toBe('expired');
    const again = forwarded(formatAddress(forwarded('a@b.test', 'first.test')), 'second.test');
    expect(behind(again, later(SRS_DAYS + 1))).toBe('expired');
  });

  test('with anything changed, by another key, or for another domain of ours is forged', () => {
    for (const sender of ['anna@sender.test', 'SRS0=ABCDEFGH=AB=sender.test=anna@first.test']) {
      const rewritten = forwarded(sender);
      const { localPart, domain } = rewritten;
      for (let at = 5; at < localPart.length; at++) {
        const other = localPart[at] === 'Z' ? 'Y' : 'Z';
        const changed = { localPart: localPart.slice(0, at) + other + localPart.slice(at + 1), domain };
        expect(srsSender(changed, key, now)?.kind).not.toBe('sender');
      }
      expect(behind(rewritten, now, Buffer.alloc(32, 9))).toBe('forged');
      expect(behind({ localPart, domain: 'second.test' })).toBe('forged');
    }
  });
});

test('whoever the sender is: what was rewritten leads back', () => {
  const localPart = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => !/^SRS[01]/i.test(text));
  fc.assert(
    fc.property(localPart, (local) => {
      const sender = { localPart: local, domain: 'sender.test' };
      const rewritten = srsAddress(sender, 'ours.test', key, now) as Address;
      expect(srsSender(rewritten, key, now)).toEqual({ kind: 'sender', address: sender });
    }),
  );
});
