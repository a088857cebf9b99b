// The whole contract of the API, by `METHOD /path` below /api/v1.
import { banRoutes } from './bans.ts';
import { bookRoutes } from './book.ts';
import { contactRoutes } from './contacts.ts';
import { certificateRoutes } from './certificates.ts';
import { directoryRoutes } from './directory.ts';
import { dkimRoutes } from './dkim.ts';
import { domainRouteRoutes } from './domain-routes.ts';
import { dlpRoutes } from './dlp.ts';
import { dnsblRoutes } from './dnsbl.ts';
import { filterRoutes } from './filters.ts';
import { greylistRoutes } from './greylist.ts';
import { guardRoutes } from './guard.ts';
import { hookRoutes } from './hooks.ts';
import { listRoutes } from './lists.ts';
import { liveRoutes } from './live.ts';
import { mailRoutes } from './mail.ts';
import { overviewRoutes } from './overview.ts';
import { peopleRoutes } from './people.ts';
import { quarantineRoutes } from './quarantine.ts';
import type { Answered, Sent } from './route.ts';
import { sessionRoutes } from './session.ts';
import { settingsRoutes } from './settings.ts';
import { stepRoutes } from './steps.ts';
import { taskRoutes } from './tasks.ts';
import { testRoutes } from './tests.ts';

export const contract = {
  ...sessionRoutes,
  ...settingsRoutes,
  ...directoryRoutes,
  ...contactRoutes,
  ...dkimRoutes,
  ...mailRoutes,
  ...taskRoutes,
  ...quarantineRoutes,
  ...dlpRoutes,
  ...certificateRoutes,
  ...listRoutes,
  ...banRoutes,
  ...dnsblRoutes,
  ...greylistRoutes,
  ...guardRoutes,
  ...hookRoutes,
  ...peopleRoutes,
  ...bookRoutes,
  ...overviewRoutes,
  ...stepRoutes,
  ...domainRouteRoutes,
  ...liveRoutes,
  ...testRoutes,
  ...filterRoutes,
};

export type Contract = typeof contract;
export type Sends<Name extends keyof Contract> = Sent<Contract[Name]>;
export type Answers<Name extends keyof Contract> = Answered<Contract[Name]>;
