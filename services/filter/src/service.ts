// One filter of this program (POCHTAR_FILTER), from its settings to its work. A reader starts here.
import { answerTests, type Bus } from '@pochtar/bus';
import { createResolver, type Resolver, type Service, type ServiceContext } from '@pochtar/runtime';
import { ClientGuard, followAccessLists, openBlobs, openService } from '@pochtar/service';
import { readMasterKey } from '@pochtar/store/settings';
import { BodiesAhead } from './bodies-ahead.ts';
import { type Config, processName, readConfig } from './config.ts';
import { consumeMails } from './content.ts';
import { answerChecks } from './dialogue.ts';
import type { ContentTools, DialogueFilter, DialogueTools, FilterName, FilterTools } from './filter.ts';
import { filters } from './filters.ts';
import { antivirusTest } from './settings-tests/antivirus.ts';
import { dnsblTest } from './settings-tests/dnsbl.ts';
import { answerContentTries, answerDialogueTries } from './try/answer-tries.ts';

const STOP_MS = 5000;

export const service: Service<Config> = { name: processName(), config: readConfig, start };

/** Order matters: nothing is answered or consumed before every section it uses has been read. */
export async function start(config: Config, context: ServiceContext): Promise<AsyncDisposable> {
  const { log, health } = context;
  const filter = filters[config.POCHTAR_FILTER];
  await using stack = new AsyncDisposableStack();
  const { db, bus, settings } = await openService(config, context, filter.sections, stack);
  const resolver = createResolver({ servers: config.POCHTAR_DNS_SERVERS?.split(',') });
  const current: FilterTools['current'] = (section) => settings.current(section);
  const revision = (): number => Math.max(...filter.sections.map((section) => settings.revision(section)));
  const tools: FilterTools = { current, revision, resolver, db, log };
  if (filter.kind === 'dialogue') {
    const lists = stack.use(await followAccessLists({ db, bus, context }));
    const isWhite: DialogueTools['isWhite'] = (address) =>
      lists.matcher.address(address, Date.now())?.list === 'white';
    stack.use(answer(filter, { ...tools, bus, isWhite }));
  } else {
    const blobs = stack.use(await openBlobs(config, context, { db }));
    const stopping = new AbortController();
    const masterKey = () => readMasterKey(config.POCHTAR_MASTER_KEY_FILE);
    const guard = filter.asksOfClients ? stack.use(await ClientGuard.follow({ db, bus, log })) : null;
    const isHidden: ContentTools['isHidden'] = (address) => guard?.isSuspended(address) ?? false;
    const { signal: stop } = stopping;
    const bodies = new BodiesAhead(blobs);
    const more: ContentTools = {
      ...{ ...tools, bus, blobs: bodies.blobs, masterKey, isHidden },
      ...{ isTrial: false, stop },
    };
    const consuming = consumeMails(bus, filter.name, filter.open(more), more, bodies);
    stack.use(stopWithin(STOP_MS, stopping, consuming));
    stack.use(answerContentTries(bus, filter, more));
  }
  stack.use(answerSettingsTests(bus, filter.name, resolver));
  // Ready means that the bus knows of us: who asks now is answered.
  await bus.connection.flush();
  health.report('filter', null);
  return stack.move();
}

function answer(filter: DialogueFilter, tools: DialogueTools): AsyncDisposable {
  const check = filter.open(tools);
  const answering = answerChecks(tools.bus, filter.name, check, tools.log);
  const trying = answerDialogueTries(tools.bus, filter, check);
  return {
    async [Symbol.asyncDispose]() {
      await trying[Symbol.asyncDispose]();
      await answering[Symbol.asyncDispose]();
      await check[Symbol.asyncDispose]?.();
    },
  };
}

/** Tries the settings of two of the filters before they are saved. */
function answerSettingsTests(bus: Bus, name: FilterName, resolver: Resolver): AsyncDisposable | null {
  const answering =
    name === 'dnsbl'
      ? answerTests(bus, 'filter-dnsbl', { dnsbl: dnsblTest(resolver) })
      : name === 'antivirus'
        ? answerTests(bus, 'filter-antivirus', {
            clamav: antivirusTest('clamav'),
            kaspersky: antivirusTest('kaspersky'),
            drweb: antivirusTest('drweb'),
          })
        : null;
  return answering && { [Symbol.asyncDispose]: () => answering.stop() };
}

/** What is under way is finished, unless that takes too long: then it goes back and another process does it. */
function stopWithin(ms: number, stopping: AbortController, work: AsyncDisposable): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      const timer = setTimeout(() => stopping.abort(), ms);
      await work[Symbol.asyncDispose]();
      clearTimeout(timer);
    },
  };
}
