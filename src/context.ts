import { defaultBaseUrl, parseBaseUrl } from './api/base-url.ts';
import { type Api, createApi } from './api/client.ts';
import { createTransport, type Transport, type TransportOptions } from './api/transport.ts';
import { nodeFiles } from './disk/files.ts';
import { stateFolder } from './disk/user-folders.ts';
import { Failure } from './errors.ts';
import type { Server } from './journal/event.ts';
import { type Journal, openJournal } from './journal/journal.ts';
import { thisProcess } from './journal/owner.ts';
import { unrecorded } from './journal/unrecorded.ts';
import { createKnown, type Engine } from './paid-task/engine.ts';
import { createReporter, type Reporter } from './report/reporter.ts';
import { addressFlag } from './report/shell-command.ts';
import type { Sandbox } from './sandbox/server.ts';
import { type Credentials, findKey, missingKey } from './settings/credentials.ts';
import { openServerMemory, type ServerMemory } from './settings/server-memory.ts';
import { readSettings, type StoredSettings } from './settings/store.ts';
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

/** The base URL of the service, with the place where it was found. */
interface Address {
  base: string;
  source: string;
}

/** The world, wired for one command. What costs something is made with its first use. */
export interface Context {
  world: World;
  flags: GlobalFlags;
  reporter: Reporter;
  stored: StoredSettings;
  /** The state folder; undefined where there is none to be used. */
  state: string | undefined;
  /** Why there is none. */
  stateFlaw: string | undefined;
  /** The engine that makes paid pictures. */
  engine: Engine;
  journal: Journal;
  memory: ServerMemory;
  credentials(): Promise<Credentials>;
  /** Where the service is, and who says so. Throws `validation`. */
  address(): Promise<Address>;
  /** The server that the flags and settings name. */
  server(inSandbox?: boolean): Promise<Server>;
  /** Throws `authentication` where there is no key for it, unless what is asked needs none. */
  api(server: Server, key?: 'optional'): Promise<Api>;
  /** The sandbox that lives in this process. */
  sandbox(): Promise<Sandbox>;
  /** A command to paste. */
  command(words: string): string;
  close(): Promise<void>;
}

/** @param connectBy makes what sends requests, with the first one */
export async function createContext(
  world: World,
  flags: GlobalFlags,
  connectBy: (options: TransportOptions) => Transport = createTransport,
): Promise<Context> {
  const { env, clock, stderr, stdout } = world;
  const stored = readSettings(world);
  for (const key of [env.RUNAPI_API_KEY, stored.settings.apiKey]) if (key) world.keepSecret(key.trim());
  const usualState = typeof flags.record === 'string' ? flags.record : stateFolder(world);
  const stateFlaw = usualState === undefined ? 'there is no home folder' : world.folderFlaw(usualState);
  const state = stateFlaw === undefined ? usualState : undefined;
  const colour = wantsColour(stderr, env, flags.color);
  const plain = (): StatusLine => plainLines((text) => void stderr.write(`${text}\n`), clock);
  const line = flags.quiet ? undefined : isLive(stderr, env) ? spinnerLine(stderr, colour) : plain();
  const reporter = createReporter({
    stdout,
    stderr,
    clock,
    cwd: world.cwd,
    json: flags.json === true,
    quiet: flags.quiet === true,
    traces: flags.verbose === true,
    colours: await colours(colour),
    stdoutColour: wantsColour(stdout, env, flags.color),
    line,
  });
  const stopped = new AbortController();
  const journal =
    state === undefined || flags.record === false
      ? unrecorded(flags.record === false || flags.sandbox === true ? undefined : stateFlaw)
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
  const memory = openServerMemory(flags.record === false ? undefined : state);
  const log = flags.verbose ? reporter.trace : undefined;

  let transport: Transport | undefined;
  let found: Promise<Credentials> | undefined;
  let sandbox: Promise<Sandbox> | undefined;
  const apis = new Map<string, Promise<Api>>();

  const context: Context = {
    world,
    flags,
    reporter,
    stored,
    state,
    stateFlaw,
    journal,
    memory,
    engine: {
      clock,
      deadline: world.deadline,
      stopped: stopped.signal,
      journal,
      memory,
      recorded: flags.record !== false,
      spool: flags.record === false ? undefined : state,
      connect,
      browse: (server) => context.api(server, 'optional'),
      sandbox: () => context.sandbox(),
      known: createKnown(),
      listener: {
        step: reporter.progress.step,
        completed: () => undefined,
        retrying: reporter.retrying,
        note: reporter.note,
        warn: reporter.warn,
      },
    },
    credentials: () => (found ??= findKey(world, stored)),
    address,

    server: async (inSandbox = flags.sandbox === true) =>
      inSandbox ? { base: 'sandbox', sandbox: true } : { base: (await context.address()).base, sandbox: false },

    api(server, key) {
      const name = `${server.base} ${key}`;
      const known = apis.get(name) ?? makeApi(server, key);
      apis.set(name, known);
      return known;
    },

    sandbox: () =>
      (sandbox ??= import('./sandbox/server.ts').then(({ startSandbox }) => startSandbox({ now: clock.now }))),

    command: (words) => `${world.calledAs} ${words}`,

    async close() {
      reporter.progress.stop();
      await journal.close();
      memory.save();
      await (await sandbox)?.close();
    },
  };

  /** The flag, the environment, the setting, the place where the key came from, the service's own address. */
  async function address(): Promise<Address> {
    if (flags.baseUrl !== undefined) return named(flags.baseUrl, '--base-url');
    if (env.RUNAPI_BASE_URL) return named(env.RUNAPI_BASE_URL, 'RUNAPI_BASE_URL');
    const { baseUrl } = stored.settings;
    if (baseUrl)
      return named(baseUrl, `baseUrl in ${stored.path}`, 'setting base-url (config set base-url changes it)');
    const { key } = await context.credentials();
    return key?.baseUrl ? named(key.baseUrl, key.source) : { base: defaultBaseUrl, source: 'the default' };
  }

  function named(text: string, source: string, shown = source): Address {
    return { base: parseBaseUrl(text, shown), source };
  }

  async function makeApi(server: Server, key: 'optional' | undefined): Promise<Api> {
    // A fault in the settings changes what is bought, so every command that may buy warns of it.
    if (!transport) for (const problem of stored.problems) reporter.warn(problem);
    const apiKey = server.sandbox ? 'sandbox' : await findApiKey(key);
    transport ??= connectBy({ env, redact: world.redact, log });
    return createApi({
      base: server.sandbox ? (await context.sandbox()).url : server.base,
      apiKey,
      api: server.sandbox ? 'auto' : ((stored.settings.api ?? 'auto') as 'auto'),
      transport,
      memory: server.sandbox ? openServerMemory(undefined) : memory,
      clock,
      userAgent: `runapi-imagen/${programVersion}`,
    });
  }

  /** Nothing is sent with another account, and no key goes to an address that it is not known to belong to. */
  async function connect(server: Server, account?: string): Promise<Api> {
    const api = await context.api(server);
    const { apiKey } = api.caller;
    if (server.sandbox || apiKey === undefined) return api;
    if (account !== undefined) {
      if ((await journal.identity()).account(apiKey) === account) return api;
      throw new Failure('authentication', 'this task was bought with another API key', {
        hint: 'Nothing was sent. Set RUNAPI_API_KEY to the key that bought it',
      });
    }
    const { base } = await context.address();
    if (server.base === base) return api;
    throw new Failure('authentication', `this task is at ${server.base}, and the key is for ${base}`, {
      hint: `Nothing was sent. If the key is for both: ${addressFlag(server.base)}`,
    });
  }

  async function findApiKey(need: 'optional' | undefined): Promise<string | undefined> {
    const credentials = await context.credentials();
    const apiKey = credentials.key?.apiKey;
    if (apiKey !== undefined) world.keepSecret(apiKey);
    else if (need !== 'optional') throw missingKey(credentials, world.calledAs);
    return apiKey;
  }

  return context;
}
