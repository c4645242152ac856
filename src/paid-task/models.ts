import { hostOf } from '../api/base-url.ts';
import {
  type Catalogue,
  type CatalogueModel,
  type KeptAnswers,
  keptCatalogue,
  readCatalogue,
} from '../api/catalogue.ts';
import { imagenRoute, type Route } from '../api/routes.ts';
import { Failure, invalid } from '../errors.ts';
import type { Server } from '../journal/event.ts';
import { isObject } from '../json.ts';
import { didYouMean, nearMiss } from '../near-miss.ts';
import { isImagen, remixModel } from '../request/models.ts';
import type { ImageRequest } from '../request/request.ts';
import { amountText } from '../task/money.ts';
import type { Engine } from './engine.ts';

/** A purchase trusts a catalogue of this age: the service itself refuses what it no longer sells. */
const freshMs = 5 * 60_000;
/** Tasks that are refused together share one reading. */
const recentMs = 1_000;
const timeoutMs = 10_000;

/**
 * Finds out what to ask of the service for a request: at once for Imagen, from the catalogue for every other model.
 * Without a catalogue the service decides. Throws `validation` for a model that is not sold.
 */
export async function routeFor(engine: Engine, server: Server, request: ImageRequest): Promise<Route> {
  const { model, images = [], action } = request;
  if (isImagen(model)) return { ...imagenRoute, ...(action !== undefined && { action }) };
  if (model === remixModel) {
    tellOnce(engine, model, 'note', `Imagen 4 makes pictures from pictures with remix_image, as ${model}`);
    return routeOf('imagen-4', action ?? 'remix_image', images);
  }
  const catalogue = await sold(engine, server, model);
  const found = catalogue?.models.find((each) => each.model === model);
  if (catalogue && !catalogue.staleness && (!found || found.status === 'disabled'))
    throw notSold(server, model, catalogue);
  if (!found) return routeOf(undefined, action ?? (images.length > 0 ? 'edit_image' : 'text_to_image'), images);
  if (found.status === 'maintenance')
    tellOnce(engine, model, 'warn', `${model} is under maintenance at the service: it may fail or take long`);
  return routeOf(found.service, action ?? actionFor(found, images.length > 0), images);
}

/** Reads a catalogue that sells the model, if there is one: the model may be newer than the kept catalogue. */
async function sold(engine: Engine, server: Server, model: string): Promise<Catalogue | undefined> {
  const known = await catalogueOf(engine, server, freshMs).catch(withoutCatalogue);
  const isSold = known?.models.some((each) => each.model === model && each.status !== 'disabled');
  return isSold ? known : await catalogueOf(engine, server, recentMs).catch(withoutCatalogue);
}

function withoutCatalogue(error: unknown): undefined {
  if (!(error instanceof Failure)) throw error;
}

/** The built-in sandbox has another address in every process: nothing is kept of it. */
const forgetful: KeptAnswers = { recallAnswer: () => undefined, keepAnswer: () => undefined };

/**
 * Reads the catalogue of a server; no key is needed. Throws where it cannot be had and was never kept.
 * @param maxAgeMs a catalogue that was read before and is younger is good enough
 */
export function catalogueOf(engine: Engine, server: Server, maxAgeMs: number): Promise<Catalogue> {
  const { clock, deadline, known } = engine;
  const memory = server.sandbox ? forgetful : engine.memory;
  const isGood = (at: number): boolean => clock.now() - at < maxAgeMs;
  const last = known.catalogues.get(server.base);
  if (last && isGood(last.at)) return last.reading;
  const kept = keptCatalogue(server.base, memory);
  const next =
    kept && isGood(kept.at) ? { at: kept.at, reading: Promise.resolve(kept) } : { at: clock.now(), reading: read() };
  known.catalogues.set(server.base, next);
  return next.reading;

  async function read(): Promise<Catalogue> {
    const { caller } = await engine.browse(server);
    return await readCatalogue(caller, memory, deadline(timeoutMs).signal);
  }
}

function tellOnce({ known, listener }: Engine, model: string, how: 'note' | 'warn', text: string): void {
  if (known.told.has(model)) return;
  known.told.add(model);
  listener[how](text);
}

function actionFor({ model, actions }: CatalogueModel, hasPictures: boolean): string {
  const fitting = hasPictures ? ['edit_image', 'remix_image', 'text_to_image'] : ['text_to_image'];
  const action = fitting.find((each) => actions.includes(each));
  if (action !== undefined) return action;
  throw invalid(`${model} makes pictures from pictures: give one with --image`, 'Nothing was sent');
}

/** Services that take one picture, in a field of its own. */
const ofOne = /^(flux|ideogram|midjourney|qwen)/;

function routeOf(service: string | undefined, action: string, images: readonly string[]): Route {
  if (images.length === 0) return { service, action };
  const isList = action === 'text_to_image' || !ofOne.test(service ?? '');
  if (!isList && images.length > 1)
    throw invalid(`${service} takes one picture, not ${images.length}`, 'Nothing was sent');
  const field = action === 'text_to_image' ? 'reference_image_urls' : `source_image_url${isList ? 's' : ''}`;
  return { service, action, pictures: { field, isList } };
}

/**
 * Tells a refusal of a model that the service has stopped selling from any other, by asking the catalogue: the words
 * of a refusal are not known.
 */
export async function asGone(
  engine: Engine,
  server: Server,
  { model }: ImageRequest,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof Failure) || !mayMeanModel(error)) return error;
  const catalogue = await catalogueOf(engine, server, recentMs).catch(() => undefined);
  if (!catalogue || catalogue.staleness) return error;
  const isSold = catalogue.models.some((each) => each.model === model && each.status !== 'disabled');
  return isSold ? error : notSold(server, model, catalogue, error);
}

function mayMeanModel({ code, facts }: Failure): boolean {
  if (code !== 'validation' && code !== 'not_found') return false;
  if (![400, 404, 410, 422].includes(facts.status ?? 0)) return false;
  return !isObject(facts.details) || facts.details.model !== undefined;
}

/** @param refusal the service's own, of a request that was sent */
function notSold(server: Server, model: string, { models }: Catalogue, refusal?: Failure): Failure {
  const living = models.filter(({ status }) => status === 'active');
  const names = living.map((each) => each.model);
  const found = models.find((each) => each.model === model);
  const like = found?.model ?? nearMiss(model, names) ?? 'imagen-4';
  const others = alternatives(
    living,
    models.find((each) => each.model === like),
  );
  const host = server.sandbox ? 'the sandbox' : hostOf(server.base);
  const message =
    found || refusal
      ? `${host} no longer sells ${model}: ${refusal?.message ?? 'it is disabled'}`
      : `${host} has no model ${JSON.stringify(model)}${didYouMean(model, names)}`;
  const named = others.map((each) => each.model + priceOf(each)).join(', ');
  return new Failure('validation', message, {
    ...refusal?.facts,
    hint: `Nothing was ${refusal ? 'paid' : 'sent'}. Of about that price: ${named}${refusal ? '' : '. The command models lists all'}`,
    details: { [refusal ? 'gone' : 'model']: model, alternatives: others.map((each) => each.model) },
  });
}

const mostNamed = 3;

/** Lists the models that do the same and cost about the same, the nearest first; Google's own before others. */
function alternatives(living: readonly CatalogueModel[], wanted: CatalogueModel | undefined): CatalogueModel[] {
  const cents = wanted?.price?.unit_price_cents ?? 8;
  const [action = 'text_to_image'] = wanted?.actions ?? [];
  const away = ({ price, service }: CatalogueModel): number =>
    Math.abs(Math.log(((price?.unit_price_cents ?? cents * 2) + 0.01) / (cents + 0.01))) +
    (service.startsWith('nano-banana') ? 0 : 0.1);
  return living
    .filter((each) => each.actions.includes(action) && each !== wanted)
    .sort((a, b) => away(a) - away(b))
    .slice(0, mostNamed);
}

function priceOf({ price }: CatalogueModel): string {
  return price ? ` (${amountText(price.unit_price_cents, price.currency)})` : '';
}
