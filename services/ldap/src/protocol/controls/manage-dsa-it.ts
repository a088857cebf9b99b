/** RFC 3296 §3: there are no referrals here, so that it changes nothing. */
export const MANAGE_DSA_IT = '2.16.840.1.113730.3.4.2';
