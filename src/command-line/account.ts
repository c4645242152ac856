import type { CatalogueModel } from '../api/catalogue.ts';
import type { Balance } from '../api/prices.ts';
import { withRetries } from '../api/retry.ts';
import type { Context } from '../context.ts';
import { type ErrorReport, errorReport } from '../report/task-report.ts';
import { isImagen, modelAliases, models, ratiosOf } from '../request/models.ts';
import { formatDuration } from '../task/duration.ts';
import { searchFor } from '../task/search.ts';

/** A model in the --json output. */
export interface ModelReport extends Pick<CatalogueModel, 'model' | 'actions' | 'price'> {
  /** Null where the catalogue cannot be had; `error` then says why. */
  service: string | null;
  status: CatalogueModel['status'] | null;
  aliases: string[];
  /** Those of Imagen, which are checked here; the service judges those of other models. */
  ratios: readonly string[];
  error: ErrorReport | null;
}

const balanceTimeoutMs = 30_000;

/**
 * Lists the models of the live catalogue whose name, service or action has the words; Imagen's alone where it cannot be
 * had. No key is needed, and none is sent. Throws `validation` for a wrong address, and nothing else.
 */
export async function readModels(context: Context, filter = ''): Promise<ModelReport[]> {
  const { catalogueOf } = await import('../paid-task/models.ts');
  const server = await context.server();
  const isMeant = searchFor(filter);
  const catalogue = await catalogueOf(context.engine, server, 0).catch(errorReport);
  const reports =
    'models' in catalogue
      ? catalogue.models.map((model) => ({ ...model, ...named(model.model), error: null }))
      : models.map((model) => unknownModel(model, catalogue));
  if ('models' in catalogue && catalogue.staleness) {
    const { staleness, at } = catalogue;
    const age = formatDuration(Math.max(0, context.world.clock.now() - at));
    context.reporter.warn(`this is the catalogue of ${age} ago: ${staleness.message}`);
  }
  return reports.filter(({ model, service, actions }) => isMeant([model, service ?? '', ...actions]));
}

function unknownModel(model: string, error: ErrorReport): ModelReport {
  return { ...named(model), service: null, actions: ['text_to_image'], status: null, price: null, error };
}

function named(model: string): Pick<ModelReport, 'model' | 'aliases' | 'ratios'> {
  const aliases = Object.keys(modelAliases).filter((alias) => modelAliases[alias] === model);
  return { model, aliases, ratios: isImagen(model) ? ratiosOf(model) : [] };
}

/** Reads the balance of the key's account. Throws `authentication` without a key, the service's refusal, or a network fault. */
export async function readBalance(context: Context): Promise<Balance> {
  const { askBalance } = await import('../api/prices.ts');
  const { caller } = await context.api(await context.server());
  const { clock } = context.world;
  const deadline = context.world.deadline(balanceTimeoutMs);
  const onRetry = context.reporter.retrying;
  return await withRetries(() => askBalance(caller, deadline.signal), { clock, deadline, onRetry });
}
