// What the antivirus filter says in the reason of a verdict, and delivery reads there to tell people: one wording for both.

export interface Infection {
  virus: string;
  scanner: string;
}

export function infectionReason({ virus, scanner }: Infection): string {
  return `infected: ${virus} (${scanner})`;
}

/** Null: the reason is another one. */
export function parseInfection(reason: string): Infection | null {
  const [, virus, scanner] = /^infected: (.*) \(([^()]*)\)$/s.exec(reason) ?? [];
  return virus === undefined || scanner === undefined ? null : { virus, scanner };
}

const TOO_LARGE = 'too large to be scanned: ';

export function tooLargeReason(why: string): string {
  return TOO_LARGE + why;
}

export function isTooLargeReason(reason: string): boolean {
  return reason.includes(TOO_LARGE);
}
