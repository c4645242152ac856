import { resolve } from 'node:path';
import type { Api } from '../../api/client.ts';
import { wireRequest } from '../../api/submit.ts';
import { priceLines, totalText } from '../../command-line/spending.ts';
import type { Context } from '../../context.ts';
import { defaultName } from '../../image/template.ts';
import type { Server } from '../../journal/event.ts';
import { createBudget, type Lot, type PricedLot, unknownPrice } from '../../paid-task/budget.ts';
import { routeFor } from '../../paid-task/models.ts';
import { addToLots, lotName, quoteAll } from '../../paid-task/quotes.ts';
import { jsonText } from '../../report/human.ts';
import { errorReport } from '../../report/task-report.ts';
import { amountText } from '../../task/money.ts';
import { type GenerateFlags, type Plan, readPlan } from './plan.ts';
import { differencesOf } from './run.ts';

/** Long enough for a slow line, short enough for somebody who waits for an answer and nothing else. */
const patienceMs = 20_000;

/** Tells what `generate` would send, where to, and what it would cost now. Sends nothing else, and writes nothing. */
export async function dryRun(
  context: Context,
  words: readonly string[],
  flags: GenerateFlags,
): Promise<number> {
  const { reporter } = context;
  const plan = await readPlan(context, words, flags);
  const api = await context.api(plan.server, 'optional');
  const lots = new Map<string, Lot>();
  for (const request of plan.requests) addToLots(lots, request);
  const priced = await livePrices(context, api, { server: plan.server, lots: [...lots.values()] }).catch(
    (error: unknown) => error,
  );
  const prices = Array.isArray(priced) ? (priced as PricedLot[]) : undefined;
  if (context.flags.json || plan.requests.length === 1) await tellEach(context, api, plan, priced);
  else await reporter.data({}, summaryOf(api, plan, prices ?? [...lots.values()]));
  if (!prices) reporter.warn(`no price is known now: ${errorReport(priced).message}`);
  reporter.note(`Nothing was submitted${prices && plan.requests.length > 1 ? `: ${totalText(prices)}` : ''}`);
  checkLimit(plan, priced);
  return 0;
}

async function livePrices(
  context: Context,
  api: Api,
  lots: { server: Server; lots: readonly Lot[] },
): Promise<PricedLot[]> {
  const { clock, deadline } = context.world;
  const onRetry = context.reporter.retrying;
  return await quoteAll(context.engine, api, lots, { clock, deadline: deadline(patienceMs), onRetry });
}

/** A script gets an object for each request, whatever their number. */
async function tellEach(context: Context, api: Api, plan: Plan, priced: unknown): Promise<void> {
  const lots = Array.isArray(priced) ? (priced as PricedLot[]) : [];
  const quotes = new Map(lots.map(({ request, quote }) => [lotName(request), quote]));
  const paths = pathsOf(plan);
  for (const [position, request] of plan.requests.entries()) {
    const quote = quotes.get(lotName(request)) ?? null;
    const route = await routeFor(context.engine, plan.server, request);
    const url = api.createUrl(route);
    const body = wireRequest(request, { route, imageUrls: request.images ?? [] });
    const path = paths[position] ?? '';
    const error = Array.isArray(priced) ? null : errorReport(priced);
    const object = { dry_run: true, method: 'POST', url, request: body, path, quote, error };
    const price = quote ? amountText(quote.reserved_cents, quote.currency) : 'not known';
    const lines = [`POST ${url}`, jsonText(body, 2), `saved as  ${path}`, `costs     ${price}`];
    await context.reporter.data(object, lines.join('\n'));
  }
}

function summaryOf(api: Api, plan: Plan, lots: ReadonlyArray<Lot | PricedLot>): string {
  const { model: _, seed: __, ...same } = wireRequest(plan.requests[0] as Plan['requests'][number]);
  const seeds = [...new Set(plan.requests.flatMap(({ seed }) => seed ?? []))];
  const [first, ...others] = new Set(pathsOf(plan));
  const lines = lots.map((lot) =>
    'quote' in lot ? priceLines([lot])[0] : `${lot.count} × ${lot.request.model} at a price not known`,
  );
  return [
    `POST ${api.createUrl()} ${plan.requests.length} times`,
    jsonText(same, 2),
    ...lines,
    ...(seeds.length > 0 ? [`seeds     ${seeds.join(', ')}`] : []),
    `saved as  ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`,
  ].join('\n');
}

function pathsOf({ requests, target }: Plan): string[] {
  if (target.output === '-') return ['-'];
  return differencesOf(requests).map(({ mark }) =>
    resolve(target.folder, target.output || defaultName(mark)),
  );
}

/** With --max-cost a dry run answers whether the real one would go through. */
function checkLimit({ wishes }: Plan, priced: unknown): void {
  if (wishes.maxCost === undefined) return;
  if (!Array.isArray(priced)) throw unknownPrice(priced);
  createBudget(wishes).check(priced as PricedLot[]);
}
