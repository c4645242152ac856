import { resolve } from 'node:path';
import type { Api } from '../../api/client.ts';
import type { Quote } from '../../api/quote.ts';
import type { Route } from '../../api/routes.ts';
import { wireRequest } from '../../api/submit.ts';
import type { Context } from '../../context.ts';
import { defaultTemplate } from '../../image/template.ts';
import type { Target } from '../../journal/event.ts';
import { createBudget, unknownPrice } from '../../paid-task/budget.ts';
import { routeFor } from '../../paid-task/models.ts';
import { quoteAll } from '../../paid-task/quotes.ts';
import { prettyJson } from '../../report/safe-json.ts';
import { errorReport } from '../../report/task-report.ts';
import type { ImageRequest } from '../../request/request.ts';
import { amountText } from '../../task/money.ts';
import { type GenerateFlags, type Plan, readPlan } from './plan.ts';

/** Long enough for a slow line, short enough for somebody who waits for an answer and nothing else. */
const patienceMs = 20_000;

/** Tells what `generate` would send, where to, and what it would cost now. Sends nothing else, and writes nothing. */
export async function dryRun(
  context: Context,
  words: readonly string[],
  flags: GenerateFlags,
): Promise<number> {
  const plan = await readPlan(context, words, flags);
  const api = await context.api(plan.server, 'optional');
  const quotes = await live(context, api, plan).catch((error: unknown) => error);
  const reason = Array.isArray(quotes) ? undefined : quotes;
  for (const [position, request] of plan.requests.entries()) {
    const quote = Array.isArray(quotes) ? (quotes[position] ?? null) : null;
    const target = { ...plan.target, index: position + 1 };
    const route = await routeFor(context.engine, plan.server, request);
    await tell(context, { url: api.createUrl(route), request, route, target, quote, reason });
  }
  if (reason !== undefined) context.reporter.warn(`no price is known now: ${errorReport(reason).message}`);
  context.reporter.note(`Nothing was submitted${Array.isArray(quotes) ? totalText(quotes) : ''}`);
  checkLimit(plan, quotes);
  return 0;
}

async function live(context: Context, api: Api, { server, requests }: Plan): Promise<Quote[]> {
  const { clock, deadline } = context.world;
  const onRetry = context.reporter.retrying;
  return await quoteAll(
    context.engine,
    api,
    { server, requests },
    { clock, deadline: deadline(patienceMs), onRetry },
  );
}

interface Trial {
  url: string;
  request: ImageRequest;
  route: Route;
  target: Target;
  quote: Quote | null;
  /** Why there is no quote. */
  reason: unknown;
}

async function tell(context: Context, { url, request, route, target, quote, reason }: Trial): Promise<void> {
  const body = wireRequest(request, { route, imageUrls: request.images ?? [] });
  const path = target.output === '-' ? '-' : resolve(target.folder, target.output || defaultTemplate);
  const object = {
    dry_run: true,
    method: 'POST',
    url,
    request: body,
    path,
    quote,
    error: reason === undefined ? null : errorReport(reason),
  };
  const price = quote ? amountText(quote.reserved_cents, quote.currency) : 'not known';
  const lines = [`POST ${url}`, prettyJson(body), `saved as  ${path}`, `costs     ${price}`];
  await context.reporter.data(object, lines.join('\n'));
}

function totalText(quotes: readonly Quote[]): string {
  const [first] = quotes;
  if (!first || quotes.length < 2 || quotes.some(({ currency }) => currency !== first.currency)) return '';
  const cents = quotes.reduce((sum, { reserved_cents }) => sum + reserved_cents, 0);
  return `: ${quotes.length} pictures would cost ${amountText(cents, first.currency)}`;
}

/** With --max-cost a dry run answers whether the real one would go through. */
function checkLimit({ wishes: { maxCost } }: Plan, quotes: unknown): void {
  if (maxCost === undefined) return;
  if (!Array.isArray(quotes)) throw unknownPrice(quotes);
  createBudget(maxCost).check(quotes as Quote[]);
}
