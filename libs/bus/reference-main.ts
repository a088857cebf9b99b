// Writes docs/reference/events.md from the subjects.
import { writeFileSync } from 'node:fs';
import { eventsReference } from './src/reference.ts';

writeFileSync(new URL('../../docs/reference/events.md', import.meta.url), eventsReference());
