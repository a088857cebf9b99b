// What the address book says of a mailbox, to read.
import { useApi } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Facts } from '../../ui/Facts.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { type Account, contactFields } from './contact-fields.ts';
import { Face } from './Face.tsx';

export function ContactFacts({ account }: { account: Account }) {
  const { t } = useWords();
  const { address, contact, isHidden, hasPhoto } = account;
  const { data } = useApi('GET /accounts/:address/photo', { params: { address } }, { enabled: hasPhoto });
  const jpeg = hasPhoto ? data?.photo?.jpeg : undefined;
  return (
    <Facts
      facts={[
        [
          t('contacts.book'),
          <StatusBadge key="b" tone={isHidden ? 'plain' : 'ok'}>
            {isHidden ? t('contacts.hidden') : t('contacts.inBook')}
          </StatusBadge>,
        ],
        jpeg === undefined
          ? null
          : [t('contacts.photo'), <Face key="p" jpeg={jpeg} name={account.displayName || address} />],
        ...contactFields.map((field) => {
          const value = contact[field];
          return value === undefined
            ? null
            : ([t(`contacts.${field}`), <Foreign key={field} text={value} />] as const);
        }),
      ]}
    />
  );
}
