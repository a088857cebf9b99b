// What a new server needs, and whether it is there; undefined where that is not known yet.

export interface Step {
  id: 'name' | 'domain' | 'certificate' | 'account' | 'way' | 'antivirus' | 'alert';
  to: string;
  isDone: boolean | undefined;
}

interface Known {
  sections: readonly { name: string; document: Record<string, unknown> }[] | undefined;
  domains: readonly { accounts: number }[] | undefined;
  certificates: readonly { isCa: boolean; origin: string }[] | undefined;
}

export function stepsOf({ sections, domains, certificates }: Known): Step[] {
  const value = (section: string, field: string): unknown =>
    sections?.find(({ name }) => name === section)?.document[field];
  const known = <Value>(there: unknown, of: Value): Value | undefined =>
    there === undefined ? undefined : of;
  const heloName = value('general', 'heloName');
  const helo = typeof heloName === 'string' ? heloName : '';
  const scanners = ['clamavEnabled', 'kasperskyEnabled', 'drwebEnabled'];
  return [
    {
      id: 'name',
      to: '/settings/mail#general.heloName',
      isDone: known(sections, helo !== '' && helo !== 'localhost' && helo.includes('.')),
    },
    { id: 'way', to: '/settings/mail#relay.host', isDone: undefined },
    { id: 'domain', to: '/domains', isDone: known(domains, (domains?.length ?? 0) > 0) },
    {
      id: 'certificate',
      to: '/certificates',
      isDone: known(certificates, certificates?.some(({ origin }) => origin === 'imported') ?? false),
    },
    {
      id: 'account',
      to: '/accounts',
      isDone: known(domains, domains?.some(({ accounts }) => accounts > 0) ?? false),
    },
    {
      id: 'alert',
      to: '/settings/more#alerts.address',
      isDone: known(sections, Boolean(value('alerts', 'address'))),
    },
    {
      id: 'antivirus',
      to: '/settings/mail#block-antivirus',
      isDone: known(
        sections,
        scanners.some((field) => value('antivirus', field) === true),
      ),
    },
  ];
}
