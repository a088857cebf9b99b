// Whom a delivery notification is owed. MAIL FROM of a stranger is easily forged, so a notice of success to him is mail
// to whoever is named there, about mail that he never sent: it is a setting (dsn.successToStrangers).

/**
 * The NOTIFY that is kept (RFC 3461 §4.1): without SUCCESS where notices of success are not given. Who asked for these
 * alone asked for no others.
 */
export function notifyOf(notify: string | null, givesSuccess: boolean): string | null {
  if (notify === null || givesSuccess) return notify;
  const kept = notify.split(',').filter((word) => word !== 'SUCCESS');
  return kept.length > 0 ? kept.join(',') : 'NEVER';
}
