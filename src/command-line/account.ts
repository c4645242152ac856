import type { Balance } from '../api/balance.ts';
import type { Catalogue, CatalogueModel } from '../api/catalogue.ts';
import { withRetries } from '../api/with-retries.ts';
import type { Context } from '../context.ts';
import type { Server } from '../journal/event.ts';
import { type ErrorReport, errorReport } from '../report/task-report.ts';
import { isImagen, modelAliases, models, ratiosOf } from '../request/models.ts';
import { formatDuration } from '../task/duration.ts';
import { searchFor } from '../task/search.ts';

/** A model in the --json output. */
export interface ModelReport {
  model: string;
  /** Null where the catalogue cannot be had; `error` then says why. */
  service: string | null;
  /** Its inputs: `text_to_image`, `remix_image`, `edit_image`. */
  actions: string[];
  status: CatalogueModel['status'] | null;
  aliases: string[];
  /** Those of Imagen, which are checked here; the service judges those of other models. */
  ratios: readonly string[];
  /** Null where it depends on what is asked for, or is not known. */
  price: Price | null;
  error: ErrorReport | null;
}

interface Price {
  currency: string;
  unit_price_cents: number;
  /** The unit of the price: `per_call`. */
  billing_unit: string;
  as_of: string | null;
}

const priceTimeoutMs = 10_000;
const balanceTimeoutMs = 30_000;

/**
 * Lists the models of the live catalogue whose name, service or action has the words; Imagen's alone where it cannot be
 * had. No key is needed, and none is sent. Throws `validation` for a wrong address, and nothing else.
 */
export async function readModels(context: Context, inSandbox = false, filter = ''): Promise<ModelReport[]> {
  const server = await context.server(inSandbox);
  const isMeant = searchFor(filter);
  const catalogue = await liveCatalogue(context, server).catch(errorReport);
  const reports =
    'models' in catalogue ? catalogue.models.map(reportOf) : models.map((model) => unknownModel(model, catalogue));
  if ('models' in catalogue && catalogue.staleness) {
    const { staleness, at } = catalogue;
    const age = formatDuration(Math.max(0, context.world.clock.now() - at));
    context.reporter.warn(`this is the catalogue of ${age} ago: ${staleness.message}`);
  }
  return reports.filter(({ model, service, actions }) => isMeant([model, service ?? '', ...actions]));
}

/** Reads the live catalogue, or the kept one. Throws where there is neither. */
export async function liveCatalogue(context: Context, server: Server): Promise<Catalogue> {
  const { forgetful, readCatalogue } = await import('../api/catalogue.ts');
  const { caller, base } = await context.api(server, 'optional');
  const { signal } = context.world.deadline(priceTimeoutMs);
  return await readCatalogue(caller, base, server.sandbox ? forgetful : context.memory, signal);
}

function reportOf({ model, service, actions, status, price }: CatalogueModel): ModelReport {
  const { unit_price_cents } = price;
  return {
    ...named(model),
    service,
    actions,
    status,
    price: unit_price_cents === null ? null : { ...price, unit_price_cents },
    error: null,
  };
}

function unknownModel(model: string, error: ErrorReport): ModelReport {
  return { ...named(model), service: null, actions: ['text_to_image'], status: null, price: null, error };
}

function named(model: string): Pick<ModelReport, 'model' | 'aliases' | 'ratios'> {
  const aliases = Object.keys(modelAliases).filter((alias) => modelAliases[alias] === model);
  return { model, aliases, ratios: isImagen(model) ? ratiosOf(model) : [] };
}

/** Reads the balance of the key's account. Throws `authentication` without a key, the service's refusal, or a network fault. */
export async function readBalance(context: Context, inSandbox = false): Promise<Balance> {
  const { askBalance } = await import('../api/balance.ts');
  const { caller, base } = await context.api(await context.server(inSandbox));
  const { clock } = context.world;
  const deadline = context.world.deadline(balanceTimeoutMs);
  const onRetry = context.reporter.retrying;
  return await withRetries(() => askBalance(caller, base, deadline.signal), { clock, deadline, onRetry });
}
