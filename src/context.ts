import { defaultBaseUrl, parseBaseUrl } from './api/base-url.ts';
import { type Api, createApi } from './api/client.ts';
import { createTransport, type Transport } from './api/transport.ts';
import { nodeFiles } from './disk/files.ts';
import { stateFolder } from './disk/user-folders.ts';
import { Failure } from './errors.ts';
import type { Server } from './journal/event.ts';
import { openJournal } from './journal/journal.ts';
import { thisProcess } from './journal/owner.ts';
import { unrecorded } from './journal/unrecorded.ts';
import { createKnown, type Engine } from './paid-task/engine.ts';
import { createReporter } from './report/reporter.ts';
import { addressFlag } from './report/shell-command.ts';
import type { Sandbox } from './sandbox/server.ts';
import { type Credentials, findKey, missingKey } from './settings/credentials.ts';
import { openServerMemory } from './settings/server-memory.ts';
import { readSettings } from './settings/store.ts';
import { colours, wantsColour } from './terminal/colours.ts';
import { isLive, plainLines, type StatusLine, spinnerLine } from './terminal/status-line.ts';
import { programVersion } from './version.ts';
import type { World } from './world.ts';

/** The flags that every command takes. */
export interface GlobalFlags {
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  color?: boolean;
  baseUrl?: string;
  /** `false` for `--no-record`; a program may name the folder of its record. */
  record?: boolean | string;
  /** The built-in sandbox: nothing is paid. */
  sandbox?: boolean;
}

/** The world, wired for one command. What costs something is made with its first use. */
export type Context = Awaited<ReturnType<typeof createContext>>;

/**
 * @param connectBy makes what sends requests, with the first one
 * @param lent a sandbox that outlives the command
 */
export async function createContext(
  world: World,
  flags: GlobalFlags,
  connectBy = createTransport,
  lent?: () => Promise<Sandbox>,
) {
  const { env, clock, stderr, stdout } = world;
  const stored = readSettings(world);
  for (const key of [env.RUNAPI_API_KEY, stored.settings.apiKey]) if (key) world.keepSecret(key.trim());
  const usualState = typeof flags.record === 'string' ? flags.record : stateFolder(world);
  const stateFlaw = usualState === undefined ? 'there is no home folder' : world.folderFlaw(usualState);
  const state = stateFlaw === undefined ? usualState : undefined;
  const recorded = flags.record !== false;
  const colour = wantsColour(stderr, env, flags.color);
  const plain = (): StatusLine => plainLines((text) => void stderr.write(`${text}\n`), clock);
  const line = flags.quiet ? undefined : isLive(stderr, env) ? spinnerLine(stderr, colour) : plain();
  const stdoutColour = wantsColour(stdout, env, flags.color);
  const reporter = createReporter(world, flags, { colours: await colours(colour), stdoutColour, line });
  const stopped = new AbortController();
  const journal =
    state === undefined || !recorded
      ? unrecorded(recorded && !flags.sandbox ? stateFlaw : undefined)
      : openJournal({
          folder: state,
          owner: thisProcess(world.pid),
          clock,
          files: nodeFiles,
          probe: world.probe,
          version: programVersion,
          warn: reporter.warn,
          lost: (error) => stopped.abort(error),
        });
  if (usualState && stateFlaw) reporter.warn(stateFlaw);
  const memory = openServerMemory(recorded ? state : undefined);

  let transport: Transport | undefined;
  let found: Promise<Credentials> | undefined;
  let started: Promise<Sandbox> | undefined;
  const apis = new Map<string, Promise<Api>>();

  const credentials = (): Promise<Credentials> => (found ??= findKey(world, stored));

  /** The sandbox that lives in this process. */
  const ownSandbox = (): Promise<Sandbox> =>
    (started ??= import('./sandbox/server.ts').then(({ startSandbox }) => startSandbox({ now: clock.now })));
  const sandbox = lent ?? ownSandbox;

  /** Where the service is, and who says so: flag, environment, setting, where the key is from. Throws `validation`. */
  async function address(): Promise<{ base: string; source: string }> {
    const named = (text: string, source: string, shown = source) => ({ base: parseBaseUrl(text, shown), source });
    if (flags.baseUrl !== undefined) return named(flags.baseUrl, '--base-url');
    if (env.RUNAPI_BASE_URL) return named(env.RUNAPI_BASE_URL, 'RUNAPI_BASE_URL');
    const { baseUrl } = stored.settings;
    if (baseUrl)
      return named(baseUrl, `baseUrl in ${stored.path}`, 'setting base-url (config set base-url changes it)');
    const { key } = await credentials();
    return key?.baseUrl ? named(key.baseUrl, key.source) : { base: defaultBaseUrl, source: 'the default' };
  }

  /** The server that the flags and settings name. */
  async function server(inSandbox = flags.sandbox === true): Promise<Server> {
    return inSandbox ? { base: 'sandbox', sandbox: true } : { base: (await address()).base, sandbox: false };
  }

  /** Throws `authentication` where there is no key for it, unless what is asked needs none. */
  function api(place: Server, key?: 'optional'): Promise<Api> {
    const name = `${place.base} ${key}`;
    const known = apis.get(name) ?? makeApi(place, key);
    apis.set(name, known);
    return known;
  }

  async function makeApi(place: Server, key: 'optional' | undefined): Promise<Api> {
    // A fault in the settings changes what is bought, so every command that may buy warns of it.
    if (!transport) for (const problem of stored.problems) reporter.warn(problem);
    let apiKey: string | undefined = 'sandbox';
    if (!place.sandbox) {
      const found = await credentials();
      apiKey = found.key?.apiKey;
      if (apiKey !== undefined) world.keepSecret(apiKey);
      else if (key !== 'optional') throw missingKey(found, world.calledAs);
    }
    transport ??= connectBy({ env, redact: world.redact, log: flags.verbose ? reporter.trace : undefined });
    return createApi({
      base: place.sandbox ? (await sandbox()).url : place.base,
      apiKey,
      api: place.sandbox ? 'auto' : ((stored.settings.api ?? 'auto') as 'auto'),
      transport,
      memory: place.sandbox ? openServerMemory(undefined) : memory,
      clock,
      userAgent: `runapi-imagen/${programVersion}`,
    });
  }

  /** Nothing is sent with another account, and no key goes to an address that it is not known to belong to. */
  async function connect(place: Server, account?: string): Promise<Api> {
    const connected = await api(place);
    const { apiKey } = connected.caller;
    if (place.sandbox || apiKey === undefined) return connected;
    if (account !== undefined) {
      if ((await journal.identity()).account(apiKey) === account) return connected;
      throw new Failure('authentication', 'this task was bought with another API key', {
        hint: 'Nothing was sent. Set RUNAPI_API_KEY to the key that bought it',
      });
    }
    const { base } = await address();
    if (place.base === base) return connected;
    throw new Failure('authentication', `this task is at ${place.base}, and the key is for ${base}`, {
      hint: `Nothing was sent. If the key is for both: ${addressFlag(place.base)}`,
    });
  }

  const engine: Engine = {
    clock,
    deadline: world.deadline,
    stopped: stopped.signal,
    journal,
    memory,
    recorded,
    spool: recorded ? state : undefined,
    connect,
    browse: (place) => api(place, 'optional'),
    sandbox,
    known: createKnown(),
    listener: {
      step: reporter.progress.step,
      completed: () => undefined,
      retrying: reporter.retrying,
      note: reporter.note,
      warn: reporter.warn,
    },
  };

  return {
    world,
    flags,
    reporter,
    stored,
    /** The state folder; undefined where there is none to be used. */
    state,
    /** Why there is none. */
    stateFlaw,
    engine,
    journal,
    credentials,
    address,
    server,
    api,
    /** Writes a command to paste. */
    command: (words: string): string => `${world.calledAs} ${words}`,
    async close(): Promise<void> {
      reporter.progress.stop();
      await journal.close();
      memory.save();
      await (await started)?.close();
    },
  };
}
