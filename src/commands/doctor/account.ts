import { askBalance } from '../../api/balance.ts';
import type { Caller } from '../../api/exchange.ts';
import { askPrice } from '../../api/prices.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../errors.ts';
import { formatDuration } from '../../task/duration.ts';
import { amountText } from '../../task/money.ts';
import { readPlan } from '../generate/plan.ts';
import { broken, type Check, warning, well } from './check.ts';

const longestMs = 10_000;

/** Asks about the key's account, free of charge: whether the service is reached, takes the key, has credits left. */
export async function askAccount(context: Context, base: string): Promise<Check> {
  const { reporter, world } = context;
  const { host } = new URL(base);
  reporter.progress.step('doctor', { doing: `asking ${host}`, model: 'doctor' });
  const began = world.clock.monotonic();
  try {
    const { caller } = await context.api({ base, sandbox: false });
    const { signal } = world.deadline(longestMs);
    const { balance_cents: cents } = await askBalance(caller, base, signal);
    const time = `${Math.round(world.clock.monotonic() - began)} ms`;
    const price = await priceOfNext(context, caller, base, signal);
    return judged(host, cents, price, time);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return explained(error, host);
  } finally {
    reporter.progress.ended('doctor', false);
  }
}

interface Offer {
  model: string;
  cents: number;
}

/** What `generate` without flags would cost; undefined where nobody tells. */
async function priceOfNext(
  context: Context,
  caller: Caller,
  base: string,
  signal: AbortSignal,
): Promise<Offer | undefined> {
  try {
    const { requests } = await readPlan(context, ['a mug'], { sandbox: true });
    const model = requests[0]?.model ?? 'imagen-4';
    const price = await askPrice({ ...caller, apiKey: undefined }, base, model, context.memory, signal);
    return { model, cents: price.unit_price_cents };
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

function judged(host: string, cents: number, offer: Offer | undefined, time: string): Check {
  const costs = offer ? `, ${offer.model} costs ${amountText(offer.cents)}` : '';
  const message = `${host} takes the key: ${amountText(cents)} left${costs}`;
  if (cents > 0 && cents >= (offer?.cents ?? 0)) return well('service', `${message} (${time})`);
  const hint = 'Add credits to the account at https://runapi.ai';
  return broken('service', new Failure('insufficient_credits', message, { hint }));
}

function explained(failure: Failure, host: string): Check {
  const { code, message, facts } = failure;
  const unsure = 'A generate will tell; a refused key costs nothing';
  // Only the service's own form of the API is known to have an account page.
  if (facts.status === 404 || facts.status === 405 || facts.status === 410)
    return warning('service', `${host} answers, and has no account page to try the key on`, unsure);
  if (code === 'bad_response' && facts.status === undefined) return warning('service', message, unsure);
  if (code === 'authentication') return broken('service', refused(failure, host));
  if (code === 'rate_limit') return warning('service', `${host}: ${message}`, 'Wait a little');
  return broken('service', code === 'timeout' ? slow(host) : failure);
}

function refused({ message, facts }: Failure, host: string): Failure {
  const hint = 'Compare it with the one at https://runapi.ai, then: runapi-imagen config set api-key';
  return new Failure('authentication', `${host} refuses the key: ${message}`, { ...facts, hint });
}

function slow(host: string): Failure {
  return new Failure('network', `${host} gave no answer within ${formatDuration(longestMs)}`, {
    hint: 'Is the address right, and does a firewall or proxy stand in the way? --verbose shows each step',
  });
}
