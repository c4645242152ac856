import { isLoopback } from '../../api/base-url.ts';
import { askBalance } from '../../api/prices.ts';
import { proxyFor } from '../../api/proxy.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../errors.ts';
import type { Server } from '../../journal/event.ts';
import { catalogueOf } from '../../paid-task/models.ts';
import { isImagen, modelNamed } from '../../request/models.ts';
import { keyPage } from '../../settings/credentials.ts';
import { formatDuration } from '../../task/duration.ts';
import { amountText } from '../../task/money.ts';
import { broken, type Check, ok, warning } from './check.ts';
import type { KeysFound } from './keys.ts';

/** Where the service is, without asking it. */
interface Route {
  checks: Check[];
  /** Undefined where it cannot be asked. */
  server: Server | undefined;
}

/** Checks the address and where it comes from, the form of its API, and the proxy on the way. */
export async function checkRoute(context: Context, keys: KeysFound): Promise<Route> {
  try {
    const { base, source } = await context.address();
    const proxy = checkProxy(context, base);
    const checks = [
      ok('address', `${base}, from ${source}`),
      ...checkHermesAddress(base, keys),
      ok('api', apiForm(context, base)),
      proxy,
    ];
    return { checks, server: proxy.state === 'error' ? undefined : { base, sandbox: false } };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { checks: [broken('address', error)], server: undefined };
  }
}

function checkHermesAddress(base: string, { used, hermes }: KeysFound): Check[] {
  const other = hermes?.baseUrl?.replace(/\/+$/, '').replace(/(?:\/api)?\/v1$/, '');
  if (!other || other === base || hermes?.apiKey !== used?.apiKey) return [];
  return [
    warning(
      'address',
      `Hermes Agent sends the same key to ${other}`,
      'If that address is right, set RUNAPI_BASE_URL or run: runapi-imagen config set base-url',
    ),
  ];
}

function apiForm({ stored, memory }: Context, base: string): string {
  const set = stored.settings.api;
  if (set !== undefined && set !== 'auto') return `the ${set} form (setting api)`;
  const { dialect } = memory.recall(base);
  return dialect ? `the ${dialect} form, as earlier calls showed` : 'not known yet: the first picture will tell';
}

/** Tells which proxy requests to that address would use, without its password. */
function checkProxy({ world: { env } }: Context, base: string): Check {
  const url = new URL(base);
  try {
    const proxy = isLoopback(url.hostname) ? undefined : proxyFor(url, env);
    return ok('proxy', proxy ? `${proxy.host}, from ${proxy.variable}` : 'none');
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return broken('proxy', error);
  }
}

const longestMs = 10_000;

/** Asks about the key's account, free of charge: is the service there, does it accept the key, are credits left? */
export async function askAccount(context: Context, server: Server): Promise<Check> {
  const { reporter, world } = context;
  const host = server.sandbox ? 'the sandbox' : new URL(server.base).host;
  reporter.progress.step('doctor', { doing: `asking ${host}`, model: 'doctor' });
  const began = world.clock.monotonic();
  try {
    const { caller } = await context.api(server);
    const { signal } = world.deadline(longestMs);
    const { balance_cents: cents } = await askBalance(caller, signal);
    const time = `${Math.round(world.clock.monotonic() - began)} ms`;
    return judged(host, cents, await priceOfNext(context, server), time);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return explained(error, host);
  } finally {
    reporter.progress.ended('doctor', false);
  }
}

interface Offer {
  model: string;
  /** Undefined where it depends on what is asked for. */
  cents: number | undefined;
  status: string;
}

/** Finds the model that `generate` would use; undefined without a catalogue of today, or for a list of models. */
async function priceOfNext(context: Context, server: Server): Promise<Offer | undefined> {
  try {
    const { model: typed = 'imagen-4' } = context.stored.settings;
    const model = modelNamed(typed) ?? typed;
    const { models, staleness } = await catalogueOf(context.engine, server, 0);
    if (staleness || model.includes(',')) return undefined;
    const found = models.find((each) => each.model === model);
    return { model, cents: found?.price?.unit_price_cents, status: found?.status ?? 'not sold' };
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

function judged(host: string, cents: number, offer: Offer | undefined, time: string): Check {
  const costs = offer?.cents === undefined ? '' : `, ${offer.model} costs ${amountText(offer.cents)}`;
  const message = `${host} accepts the key: ${amountText(cents)} left${costs}`;
  if (cents <= 0 || cents < (offer?.cents ?? 0)) {
    const hint = `Add credits to the account at ${keyPage}`;
    return broken('service', new Failure('insufficient_credits', message, { hint }));
  }
  if (offer === undefined || offer.status === 'active') return ok('service', `${message} (${time})`);
  const hint = 'Choose another: runapi-imagen models lists them, config set model keeps one';
  const state = `${message}; ${offer.model} is ${offer.status === 'maintenance' ? 'under maintenance' : 'no longer sold'}`;
  // An Imagen model that is not listed at all may still be sold.
  const mayWork = offer.status === 'maintenance' || (offer.status === 'not sold' && isImagen(offer.model));
  if (mayWork) return warning('service', `${state} (${time})`, hint);
  return broken('service', new Failure('validation', state, { hint }));
}

function explained(failure: Failure, host: string): Check {
  const { code, message, facts } = failure;
  const unsure = 'Try generate: a rejected key costs nothing';
  // Only the service's own form of the API is known to have an account page.
  if (facts.status === 404 || facts.status === 405 || facts.status === 410)
    return warning('service', `${host} answers, but has no account page to check the key with`, unsure);
  if (code === 'bad_response' && facts.status === undefined) return warning('service', message, unsure);
  if (code === 'authentication') return broken('service', refused(failure, host));
  if (code === 'rate_limit') return warning('service', `${host}: ${message}`, 'Wait a moment');
  return broken('service', code === 'timeout' ? slow(host) : failure);
}

function refused({ message, facts }: Failure, host: string): Failure {
  const hint = `Compare it with the one at ${keyPage}, then: runapi-imagen config set api-key`;
  return new Failure('authentication', `${host} rejects the key: ${message}`, { ...facts, hint });
}

function slow(host: string): Failure {
  return new Failure('network', `${host} did not answer within ${formatDuration(longestMs)}`, {
    hint: 'Check the address, and whether a firewall or proxy blocks it; --verbose shows each step',
  });
}
