// A certificate, a domain or a volume, with what one has to know of each. What has vanished is shown as such.
import { useApi } from '../../api/queries.ts';
import { formatDay } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { ListChoice } from '../../ui/ListChoice.tsx';
import type { WidgetProps } from './types.ts';

interface Option {
  value: string;
  label: string;
}

export function ReferenceField(props: WidgetProps) {
  const { input } = props.field;
  if (input.kind !== 'reference') return null;
  switch (input.to) {
    case 'certificate':
      return <CertificateChoice {...props} />;
    case 'domain':
      return <DomainChoice {...props} />;
    case 'volume':
    default:
      return <Choice {...props} options={[]} isLoaded={false} />;
  }
}

function CertificateChoice(props: WidgetProps) {
  const { language, t } = useWords();
  const { data } = useApi('GET /certificates');
  const options = (data?.certificates ?? [])
    .filter(({ isCa }) => !isCa)
    .map(({ id, name, hosts, notAfter }) => ({
      value: id,
      label: t('certificate.option', { name, hosts: hosts.join(', '), until: formatDay(notAfter, language) }),
    }));
  return <Choice {...props} options={options} isLoaded={data !== undefined} />;
}

function DomainChoice(props: WidgetProps) {
  const { data } = useApi('GET /domains');
  const options = (data?.domains ?? []).map(({ name }) => ({ value: name, label: name }));
  return <Choice {...props} options={options} isLoaded={data !== undefined} />;
}

const none = '';

type ChoiceProps = WidgetProps & { options: readonly Option[]; isLoaded: boolean };

function Choice({ id, field, value, set, describedBy, isInvalid, options, isLoaded }: ChoiceProps) {
  const { t, say } = useWords();
  const isOptional = field.input.kind === 'reference' && field.input.isOptional;
  const current = typeof value === 'string' ? value : none;
  const isMissing = current !== none && !options.some((option) => option.value === current);
  const all = [
    ...(isOptional
      ? [{ value: none, label: field.empty === undefined ? t('field.none') : say(field.empty) }]
      : []),
    ...options,
    ...(isMissing
      ? [{ value: current, label: isLoaded ? t('field.vanished', { name: current }) : current }]
      : []),
  ];
  return (
    <ListChoice
      id={id}
      className="f-wide"
      value={current}
      onChange={(chosen) => set(chosen === none ? null : chosen)}
      options={all}
      isInvalid={isInvalid || (isMissing && isLoaded)}
      aria-describedby={describedBy}
    />
  );
}
