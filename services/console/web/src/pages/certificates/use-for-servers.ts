// A certificate that is to be shown by the servers at once: the field of both sections that name one.
import { useApi, useChange } from '../../api/queries.ts';

const users = ['smtpEncryption', 'accessEncryption'] as const;

export function useForServers() {
  const sections = useApi('GET /settings').data?.sections;
  const change = useChange('POST /settings/changes', ['/settings', '/certificates', '/overview']);
  const named = sections?.filter(({ name }) => users.some((user) => user === name)) ?? [];
  return {
    /** Nobody has chosen one yet: the generated one is shown. */
    isFree: named.length > 0 && named.every(({ document }) => !document.certificateId),
    use: (certificateId: string) =>
      change.mutateAsync({
        body: {
          changes: named.map(({ name, revision }) => ({
            section: name,
            expectedRevision: revision,
            patch: { certificateId },
          })),
          validateOnly: false,
        },
      }),
  };
}
