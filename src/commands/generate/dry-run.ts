import { resolve } from 'node:path';
import { wireRequest } from '../../api/submit.ts';
import { priceLines, type Trial, tryPrices } from '../../command-line/spending.ts';
import type { Context } from '../../context.ts';
import { defaultName } from '../../image/template.ts';
import { prettyJson } from '../../json.ts';
import { routeFor } from '../../paid-task/models.ts';
import { addToLots, type Lots, lotName } from '../../paid-task/quotes.ts';
import type { ImageRequest } from '../../request/request.ts';
import { amountText } from '../../task/money.ts';
import { type GenerateFlags, type Plan, readPlan, withModelSetting } from './plan.ts';
import { differencesOf } from './run.ts';
import { type Standing, standingsOf } from './standing.ts';

/** Prints what `generate` would send, where to, and its price now. Buys and writes nothing. */
export async function dryRun(context: Context, words: readonly string[], flags: GenerateFlags): Promise<number> {
  const plan = await readPlan(context, words, flags);
  const standings = await standingsOf(context, plan, flags.new === true);
  const lots: Lots = new Map();
  for (const [position, request] of plan.requests.entries())
    if (isBought(standings[position])) addToLots(lots, request);
  const trial = await tryPrices(context, plan.server, [...lots.values()]);
  const posts = await postsOf(context, plan, standings).catch((error) => {
    throw withModelSetting(context, flags, error);
  });
  if (context.flags.json || plan.requests.length === 1) await tellEach(context, plan, posts, trial);
  else await context.reporter.data({}, summaryOf(plan, posts, lots, trial));
  trial.end(plan.wishes);
  return 0;
}

function isBought({ exists, takeUp }: Standing = {}): boolean {
  return exists === undefined && takeUp === undefined;
}

interface Post {
  request: ImageRequest;
  standing: Standing;
  url: string;
  body: ReturnType<typeof wireRequest>;
}

/** Returns the body and URL of each request. */
async function postsOf(context: Context, { server, requests }: Plan, standings: readonly Standing[]): Promise<Post[]> {
  const api = await context.api(server, 'optional');
  return await Promise.all(
    requests.map(async (request, position) => {
      const route = await routeFor(context.engine, server, request);
      const body = wireRequest(request, { route, imageUrls: request.images ?? [] });
      return { request, standing: standings[position] ?? {}, url: api.createUrl(route), body };
    }),
  );
}

/** A script gets an object for each request, whatever their number. */
async function tellEach(context: Context, plan: Plan, posts: readonly Post[], trial: Trial): Promise<void> {
  const { prices, error } = trial;
  const quotes = new Map(prices?.map(({ request, quote }) => [lotName(request), quote]));
  const paths = pathsOf(plan);
  for (const [position, { request, standing, url, body }] of posts.entries()) {
    const quote = isBought(standing) ? (quotes.get(lotName(request)) ?? null) : null;
    const path = standing.exists ?? paths[position] ?? '';
    const known = { take_up: standing.takeUp ?? null, skipped: standing.exists !== undefined };
    const object = { dry_run: true, method: 'POST', url, request: body, path, quote, error, ...known };
    const price = quote ? amountText(quote.reserved_cents, quote.currency) : 'not known';
    const lines = [`POST ${url}`, prettyJson(body), `saved as  ${path}`, `costs     ${costOf(standing, price)}`];
    await context.reporter.data(object, lines.join('\n'));
  }
}

function costOf({ exists, takeUp, isUnanswered }: Standing, price: string): string {
  if (exists !== undefined) return 'nothing: the file exists and is skipped';
  if (takeUp !== undefined) return `nothing more: task ${takeUp} of an interrupted run is taken up, already paid`;
  return isUnanswered ? `${price}, or nothing if the service has the request of an interrupted run` : price;
}

function summaryOf(plan: Plan, posts: readonly Post[], lots: Lots, { prices }: Trial): string {
  const { model: _, seed: __, ...same } = posts[0]?.body ?? {};
  const urls = new Set(posts.map(({ url }) => url));
  const seeds = new Set(plan.requests.flatMap(({ seed }) => seed ?? []));
  const [first, ...others] = new Set(pathsOf(plan));
  const count = (isMeant: (standing: Standing) => boolean): number =>
    posts.filter(({ standing }) => isMeant(standing)).length;
  const counts: Array<[number, string]> = [
    [count(({ exists }) => exists !== undefined), 'skipped: the files exist'],
    [count(({ takeUp }) => takeUp !== undefined), 'to take up, already paid'],
    [count(({ isUnanswered }) => isUnanswered === true), 'without an answer: may be paid already'],
  ];
  const known = counts.filter(([pictures]) => pictures > 0);
  if (known.length > 0) known.push([count(isBought), 'to buy']);
  return [
    ...[...urls].map((url) => `POST ${url} ${posts.filter((post) => post.url === url).length} times`),
    prettyJson(same),
    ...known.map(([pictures, what]) => `${pictures} ${what}`),
    ...priceLines(prices ?? [...lots.values()]),
    ...(seeds.size > 0 ? [`seeds     ${[...seeds].join(', ')}`] : []),
    `saved as  ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`,
  ].join('\n');
}

function pathsOf({ requests, target }: Plan): string[] {
  if (target.output === '-') return ['-'];
  return differencesOf(requests).map(({ mark }) => resolve(target.folder, target.output || defaultName(mark)));
}
