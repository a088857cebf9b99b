import { run } from '@pochtar/runtime';
import { service } from './service.ts';

await run(service);
