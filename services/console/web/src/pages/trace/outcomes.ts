// The end of a mail for one recipient, in words that agree with «письмо».
import { useWords } from '../../i18n/index.ts';
import type { Tone } from '../../ui/StatusBadge.tsx';

const known = ['delivered', 'relayed', 'expanded', 'bounced', 'discarded', 'redirected', 'refused'] as const;

export function useOutcomeWords(): (outcome: string) => string {
  const { t } = useWords();
  return (outcome) => {
    const name = known.find((one) => one === outcome);
    return name === undefined ? outcome : t(`trace.outcome.${name}`);
  };
}

export function outcomeTone(outcome: string): Tone {
  if (outcome === 'delivered' || outcome === 'relayed') return 'ok';
  if (outcome === 'bounced' || outcome === 'refused') return 'danger';
  return outcome === 'discarded' ? 'warn' : 'plain';
}
