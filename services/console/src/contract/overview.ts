// How the server is: two questions, so that one process that is silent leaves the other part.
import { adminOverview } from '@pochtar/bus';
import { asks } from './route.ts';

export const overviewRoutes = {
  'GET /overview/mail': asks(adminOverview.mail, {
    summary: 'mail by the hour of the last two days, what waits, and what of it needs a hand',
    request: () => ({}),
  }),
  'GET /overview/server': asks(adminOverview.server, {
    summary: 'how many domains and mailboxes there are, and what of the server needs a hand',
    request: () => ({}),
  }),
};
