import { hostOf } from '../api/base-url.ts';
import { type Catalogue, type CatalogueModel, forgetful, keptCatalogue, readCatalogue } from '../api/catalogue.ts';
import { imagenRoute, type Route } from '../api/routes.ts';
import { Failure } from '../errors.ts';
import type { Server } from '../journal/event.ts';
import { isObject } from '../json.ts';
import { didYouMean, nearMiss } from '../near-miss.ts';
import { isImagen, remixModel } from '../request/models.ts';
import type { ImageRequest } from '../request/request.ts';
import { amountText } from '../task/money.ts';
import type { Engine } from './engine.ts';

/** A purchase trusts the kept catalogue so long: the service itself refuses what it no longer sells. */
const freshMs = 5 * 60_000;
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
  if (!found) {
    if (catalogue && !catalogue.staleness) throw notSold(server, model, catalogue);
    return routeOf(undefined, action ?? (images.length > 0 ? 'edit_image' : 'text_to_image'), images);
  }
  if (found.status === 'disabled' && catalogue && !catalogue.staleness) throw notSold(server, model, catalogue);
  if (found.status === 'maintenance')
    tellOnce(engine, model, 'warn', `${model} is under maintenance at the service: it may fail or take long`);
  return routeOf(found.service, action ?? actionFor(found, images.length > 0), images);
}

/** Asks again where the kept catalogue does not sell the model: it may be new. */
async function sold(engine: Engine, server: Server, model: string): Promise<Catalogue | undefined> {
  const known = await catalogueOf(engine, server, freshMs).catch(withoutCatalogue);
  const isSold = known?.models.some((each) => each.model === model && each.status !== 'disabled');
  return isSold ? known : await catalogueOf(engine, server, 0).catch(withoutCatalogue);
}

function withoutCatalogue(error: unknown): undefined {
  if (!(error instanceof Failure)) throw error;
}

/**
 * Reads the catalogue of a server, once in a process for each age. Throws where it cannot be had and was never kept.
 * @param maxAgeMs one that is kept and younger is good enough
 */
function catalogueOf(engine: Engine, server: Server, maxAgeMs: number): Promise<Catalogue> {
  const { catalogues } = engine.known;
  const name = `${server.base} ${maxAgeMs === 0}`;
  const reading = catalogues.get(name) ?? read();
  catalogues.set(name, reading);
  return reading;

  async function read(): Promise<Catalogue> {
    const { caller, base } = await engine.connect(server);
    const { clock, deadline } = engine;
    const memory = server.sandbox ? forgetful : engine.memory;
    const kept = keptCatalogue(base, memory);
    if (kept && clock.now() - kept.at < maxAgeMs) return kept;
    return await readCatalogue(caller, base, memory, deadline(timeoutMs).signal);
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
  throw new Failure('validation', `${model} makes pictures from pictures: give one with --image`, {
    hint: 'Nothing was sent',
  });
}

/** Services that take one picture, in a field of its own. */
const ofOne = /^(flux|ideogram|midjourney|qwen)/;

function routeOf(service: string | undefined, action: string, images: readonly string[]): Route {
  if (images.length === 0) return { service, action };
  const isList = action === 'text_to_image' || !ofOne.test(service ?? '');
  if (!isList && images.length > 1)
    throw new Failure('validation', `${service} takes one picture, not ${images.length}`, { hint: 'Nothing was sent' });
  const field = action === 'text_to_image' ? 'reference_image_urls' : `source_image_url${isList ? 's' : ''}`;
  return { service, action, pictures: { field, isList } };
}

function notSold({ base, sandbox }: Server, model: string, catalogue: Catalogue): Failure {
  const found = catalogue.models.find((each) => each.model === model);
  const living = catalogue.models.filter(({ status }) => status === 'active').map((each) => each.model);
  const host = sandbox ? 'the sandbox' : hostOf(base);
  const message = found
    ? `${host} no longer sells ${model}: it is disabled`
    : `${host} has no model ${JSON.stringify(model)}${didYouMean(model, living)}`;
  const others = alternatives(catalogue, found ?? similar(catalogue, model));
  const named = others.map((each) => `${each.model}${priceOf(each)}`).join(', ');
  const details = { model, alternatives: others.map((each) => each.model) };
  return new Failure('validation', message, {
    hint: `Nothing was sent. Of about that price: ${named}. The command models lists all`,
    details,
  });
}

function similar({ models }: Catalogue, typed: string): CatalogueModel | undefined {
  const name =
    nearMiss(
      typed,
      models.map(({ model }) => model),
    ) ?? 'imagen-4';
  return models.find(({ model }) => model === name);
}

const mostNamed = 3;

/** Lists the active models that do the same and cost about the same, the nearest first; Google's own before others. */
function alternatives({ models }: Catalogue, wanted: CatalogueModel | undefined): CatalogueModel[] {
  const cents = wanted?.price.unit_price_cents ?? 8;
  const [action = 'text_to_image'] = wanted?.actions ?? [];
  const away = ({ price, service }: CatalogueModel): number =>
    Math.abs(Math.log(((price.unit_price_cents ?? cents * 2) + 0.01) / (cents + 0.01))) +
    (service.startsWith('nano-banana') ? 0 : 0.1);
  return models
    .filter((each) => each.status === 'active' && each.actions.includes(action) && each !== wanted)
    .sort((a, b) => away(a) - away(b))
    .slice(0, mostNamed);
}

function priceOf({ price }: CatalogueModel): string {
  return price.unit_price_cents === null ? '' : ` (${amountText(price.unit_price_cents, price.currency)})`;
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
  const catalogue = await catalogueOf(engine, server, 0).catch(() => undefined);
  const found = catalogue?.models.find((each) => each.model === model);
  if (!catalogue || catalogue.staleness || (found && found.status !== 'disabled')) return error;
  const priced = found ?? similar(catalogue, model);
  const others = alternatives(catalogue, priced);
  const host = server.sandbox ? 'the sandbox' : hostOf(server.base);
  return new Failure('validation', `${host} no longer sells ${model}: ${error.message}`, {
    ...error.facts,
    hint: `Nothing was paid. Of about that price: ${others.map((each) => each.model + priceOf(each)).join(', ')}`,
    details: { gone: model, alternatives: others.map((each) => each.model) },
  });
}

function mayMeanModel({ code, facts }: Failure): boolean {
  if (code !== 'validation' && code !== 'not_found') return false;
  if (![400, 404, 410, 422].includes(facts.status ?? 0)) return false;
  return !isObject(facts.details) || facts.details.model !== undefined;
}
