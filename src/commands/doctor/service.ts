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
import { attempt, broken, type Check, ok, warning } from './check.ts';
import { findKeys } from './keys.ts';

/** Checks the key, the address, the form of its API, the proxy on the way, and the account. */
export async function* checkService(context: Context): AsyncGenerator<Check> {
  const { checks, used, hermes } = await findKeys(context);
  yield* checks;
  let base = '';
  const address = await attempt('address', async () => {
    const found = await context.address();
    base = found.base;
    return ok('address', `${base}, from ${found.source}`);
  });
  yield address;
  if (address.state === 'error') return;
  const other = hermes?.baseUrl?.replace(/\/+$/, '').replace(/(?:\/api)?\/v1$/, '');
  if (other && other !== base && hermes?.apiKey === used?.apiKey) {
    const hint = 'If that address is right, set RUNAPI_BASE_URL or run: runapi-imagen config set base-url';
    yield warning('address', `Hermes Agent sends the same key to ${other}`, hint);
  }
  yield ok('api', apiForm(context, base));
  const proxy = await attempt('proxy', () => {
    const url = new URL(base);
    const found = isLoopback(url.hostname) ? undefined : proxyFor(url, context.world.env);
    return ok('proxy', found ? `${found.host}, from ${found.variable}` : 'none'); // without its password
  });
  yield proxy;
  if (used && proxy.state === 'ok') yield await askAccount(context, { base, sandbox: false });
}

function apiForm({ stored, engine }: Context, base: string): string {
  const set = stored.settings.api;
  if (set !== undefined && set !== 'auto') return `the ${set} form (setting api)`;
  const { dialect } = engine.memory.recall(base);
  return dialect ? `the ${dialect} form, as earlier calls showed` : 'not known yet: the first picture will tell';
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
    const { balance_cents: cents } = await askBalance(caller, world.deadline(longestMs).signal);
    const time = `${Math.round(world.clock.monotonic() - began)} ms`;
    return judged(`${host} accepts the key: ${amountText(cents)} left`, cents, await offerOf(context, server), time);
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
async function offerOf(context: Context, server: Server): Promise<Offer | undefined> {
  const { model: typed = 'imagen-4' } = context.stored.settings;
  const model = modelNamed(typed) ?? typed;
  try {
    const { models, staleness } = await catalogueOf(context.engine, server, 0);
    if (staleness || model.includes(',')) return undefined;
    const found = models.find((each) => each.model === model);
    return { model, cents: found?.price?.unit_price_cents, status: found?.status ?? 'not sold' };
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

function judged(accepts: string, balance: number, offer: Offer | undefined, time: string): Check {
  const { model, cents, status } = offer ?? { status: 'active' };
  const message = cents === undefined ? accepts : `${accepts}, ${model} costs ${amountText(cents)}`;
  if (balance <= 0 || balance < (cents ?? 0)) {
    const hint = `Add credits to the account at ${keyPage}`;
    return broken('service', new Failure('insufficient_credits', message, { hint }));
  }
  if (status === 'active') return ok('service', `${message} (${time})`);
  const hint = 'Choose another: runapi-imagen models lists them, config set model keeps one';
  const state = `${message}; ${model} is ${status === 'maintenance' ? 'under maintenance' : 'no longer sold'}`;
  // An Imagen model that is not listed at all may still be sold.
  if (status === 'maintenance' || (status === 'not sold' && isImagen(model ?? '')))
    return warning('service', `${state} (${time})`, hint);
  return broken('service', new Failure('validation', state, { hint }));
}

function explained(failure: Failure, host: string): Check {
  const { code, message, facts } = failure;
  const unsure = 'Try generate: a rejected key costs nothing';
  // Only the service's own form of the API is known to have an account page.
  if ([404, 405, 410].includes(facts.status ?? 0))
    return warning('service', `${host} answers, but has no account page to check the key with`, unsure);
  if (code === 'bad_response' && facts.status === undefined) return warning('service', message, unsure);
  if (code === 'rate_limit') return warning('service', `${host}: ${message}`, 'Wait a moment');
  if (code === 'authentication') {
    const hint = `Compare it with the one at ${keyPage}, then: runapi-imagen config set api-key`;
    return broken('service', new Failure(code, `${host} rejects the key: ${message}`, { ...facts, hint }));
  }
  if (code !== 'timeout') return broken('service', failure);
  const hint = 'Check the address, and whether a firewall or proxy blocks it; --verbose shows each step';
  const told = `${host} did not answer within ${formatDuration(longestMs)}`;
  return broken('service', new Failure('network', told, { hint }));
}
