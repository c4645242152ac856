import { resolve } from 'node:path';
import { wireRequest } from '../../api/submit.ts';
import { priceLines, type Trial, tryPrices } from '../../command-line/spending.ts';
import type { Context } from '../../context.ts';
import { exists } from '../../disk/place.ts';
import { defaultName } from '../../image/template.ts';
import { type Entry, isUnsent } from '../../journal/entry.ts';
import { prettyJson } from '../../json.ts';
import { accountIfKnown } from '../../paid-task/engine.ts';
import { findExisting } from '../../paid-task/existing.ts';
import { routeFor } from '../../paid-task/models.ts';
import { addToLots, type Lots, lotName } from '../../paid-task/quotes.ts';
import { isForgotten, isSameRequest, unanswered } from '../../paid-task/take-up.ts';
import { amountText } from '../../task/money.ts';
import { type GenerateFlags, type Plan, readPlan, withModelSetting } from './plan.ts';

/** Prints what `generate` would send, where to, and its price now. Buys and writes nothing. */
export async function dryRun(context: Context, words: readonly string[], flags: GenerateFlags): Promise<number> {
  const plan = await readPlan(context, words, flags);
  const standings = await standingsOf(context, plan, flags.new === true);
  const lots: Lots = new Map();
  for (const [position, { request }] of plan.pictures.entries())
    if (isBought(standings[position])) addToLots(lots, request);
  const trial = await tryPrices(context, plan.server, [...lots.values()]);
  const posts = await postsOf(context, plan, standings).catch((error) => {
    throw withModelSetting(context, flags, error);
  });
  if (context.flags.json || posts.length === 1) await tellEach(context, posts, trial);
  else await context.reporter.data({}, summaryOf(posts, lots, trial));
  trial.end(plan.wishes);
  return 0;
}

function isBought({ exists, takeUp }: Standing = {}): boolean {
  return exists === undefined && takeUp === undefined;
}

type Post = Awaited<ReturnType<typeof postsOf>>[number];

/** Returns each request as it would be sent, with its place. */
async function postsOf(context: Context, { server, pictures }: Plan, standings: readonly Standing[]) {
  const api = await context.api(server, 'optional');
  return await Promise.all(
    pictures.map(async ({ request, target: { output, folder, mark } }, position) => {
      const route = await routeFor(context.engine, server, request);
      const body = wireRequest(request, { route, imageUrls: request.images ?? [] });
      const path = output === '-' ? '-' : resolve(folder, output || defaultName(mark));
      return { request, standing: standings[position] ?? {}, url: api.createUrl(route), body, path };
    }),
  );
}

/** A script gets an object for each request, whatever their number. */
async function tellEach(context: Context, posts: readonly Post[], { prices, error }: Trial): Promise<void> {
  const quotes = new Map(prices?.map(({ request, quote }) => [lotName(request), quote]));
  for (const { request, standing, url, body, path: named } of posts) {
    const quote = isBought(standing) ? (quotes.get(lotName(request)) ?? null) : null;
    const path = standing.exists ?? named;
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

function summaryOf(posts: readonly Post[], lots: Lots, { prices }: Trial): string {
  const { model: _, seed: __, ...same } = posts[0]?.body ?? {};
  const urls = new Set(posts.map(({ url }) => url));
  const seeds = new Set(posts.flatMap(({ request: { seed } }) => seed ?? []));
  const [first, ...others] = new Set(posts.map(({ path }) => path));
  const count = (isMeant: (standing: Standing) => boolean, what: string): string[] => {
    const pictures = posts.filter(({ standing }) => isMeant(standing)).length;
    return pictures > 0 ? [`${pictures} ${what}`] : [];
  };
  const known = [
    ...count(({ exists }) => exists !== undefined, 'skipped: the files exist'),
    ...count(({ takeUp }) => takeUp !== undefined, 'to take up, already paid'),
    ...count(({ isUnanswered }) => isUnanswered === true, 'without an answer: may be paid already'),
  ];
  return [
    ...[...urls].map((url) => `POST ${url} ${posts.filter((post) => post.url === url).length} times`),
    prettyJson(same),
    ...known,
    ...(known.length > 0 ? [`${posts.filter(({ standing }) => isBought(standing)).length} to buy`] : []),
    ...priceLines(prices ?? [...lots.values()]),
    ...(seeds.size > 0 ? [`seeds     ${[...seeds].join(', ')}`] : []),
    `saved as  ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`,
  ].join('\n');
}

/** Why a picture is not, or may not be, bought. */
interface Standing {
  /** The file that is there already, under --skip-existing. */
  exists?: string | undefined;
  /** The task of an interrupted run that would be taken up. */
  takeUp?: string | undefined;
  /** An interrupted run sent the request and got no answer: it may be paid already. */
  isUnanswered?: boolean;
}

/** Tells what `generate` would find of each picture, without touching it. Throws `conflict` where it would. */
async function standingsOf(context: Context, plan: Plan, anew: boolean): Promise<Standing[]> {
  const now = context.world.clock.now();
  const standings: Standing[] = [];
  for (const picture of plan.pictures) standings.push({ exists: await findExisting(picture, now) });
  if (!anew) await addLeft(context, plan, standings);
  return standings;
}

/** As taking up does: the unfinished tasks of dead runs first, then what those runs had saved. */
async function addLeft({ engine, state }: Context, { server, pictures }: Plan, standings: Standing[]): Promise<void> {
  if (state === undefined || !(await exists(state))) return; // reading the record would create it
  const dead = (await engine.journal.left()).runs.filter(({ life }) => life === 'dead');
  if (dead.length === 0) return;
  const account = await accountIfKnown(engine, server);
  const open = pictures.map(({ request }, at) => (standings[at]?.exists === undefined ? request : undefined));

  /** Gives each entry to the first picture that asks for the same. Returns whether one did. */
  function give(entries: Iterable<Entry>): boolean {
    let given = false;
    for (const entry of entries) {
      const at = open.findIndex((request) => request && isSameRequest(entry, { request, server, account }));
      if (at < 0) continue;
      if (isForgotten(engine, entry)) throw unanswered(entry);
      open[at] = undefined;
      given = true;
      standings[at] = { takeUp: entry.accepted?.id, isUnanswered: !entry.accepted && !isUnsent(entry) };
    }
    return given;
  }

  const meant = dead.filter(({ entries }) => give([...entries.values()].filter(({ letGo }) => !letGo)));
  for (const run of meant) {
    const ended = await engine.journal.endedIn(run);
    give(ended.filter((entry) => entry.ended?.how === 'saved' || entry.ended?.how === 'kept'));
  }
}
