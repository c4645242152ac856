import { array, maximum, minimum, nullable, number, object, optional, type output, string } from 'zod/mini';
import { Failure } from '../errors.ts';
import { mostCents } from '../task/money.ts';
import { currencyForm, readObject, unitForm } from './answer.ts';
import { hostOf } from './base-url.ts';
import { ask, type Caller } from './exchange.ts';

/** A model as the service sells it. */
export interface CatalogueModel {
  model: string;
  /** `imagen-4` */
  service: string;
  /** What it does: `text_to_image`, `edit_image`. */
  actions: string[];
  status: 'active' | 'maintenance' | 'disabled';
  /** Null where it depends on what is asked for, or is not known. */
  price: ModelPrice | null;
}

interface ModelPrice {
  currency: string;
  unit_price_cents: number;
  /** What is paid for: `per_call`. */
  billing_unit: string;
  as_of: string | null;
}

export interface Catalogue {
  models: CatalogueModel[];
  /** When it was last confirmed: milliseconds since 1970. */
  at: number;
  /** Why it is not newer; undefined where it is the service's own of now. */
  staleness?: Failure;
}

/** Answers that the server may say are still right, by their address. */
export interface KeptAnswers {
  recallAnswer(base: string, url: string): KeptAnswer | undefined;
  keepAnswer(base: string, url: string, answer: KeptAnswer): void;
}

export interface KeptAnswer {
  /** Empty where the server gave none. */
  etag: string;
  text: string;
  /** When it was last confirmed: milliseconds since 1970. */
  at?: number | undefined;
}

const actions = ['text_to_image', 'remix_image', 'edit_image'] as const;

const schedule = object({
  service: string(),
  action: string(),
  model: string(),
  pricing_status: optional(nullable(string())),
  catalog_status: optional(nullable(string())),
  currency: optional(nullable(string())),
  billing_unit: optional(nullable(string())),
  unit_price_cents: optional(nullable(number().check(minimum(0), maximum(mostCents)))),
});
const list = object({ as_of: optional(nullable(string())), price_schedules: array(schedule) });

type List = output<typeof list>;

/**
 * Reads the catalogue of picture models. A list that has not changed since it was last read is not sent again. Where
 * the service cannot be asked, the kept one counts. Throws where there is none.
 */
export async function readCatalogue(caller: Caller, kept: KeptAnswers, signal: AbortSignal): Promise<Catalogue> {
  const { base } = caller;
  try {
    const lists = await Promise.all(actions.map((action) => readList(caller, action, kept, signal)));
    const models = modelsOf(lists);
    if (models.length > 0) return { models, at: caller.clock.now() };
    throw new Failure('not_found', `${hostOf(base)} lists no models`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const known = keptCatalogue(base, kept);
    if (known) return { ...known, staleness: error };
    throw error;
  }
}

/** Returns the catalogue as it was last read; undefined where it never was. */
export function keptCatalogue(base: string, kept: Pick<KeptAnswers, 'recallAnswer'>): Catalogue | undefined {
  const answers = actions.map((action) => kept.recallAnswer(base, addressOf(base, action)));
  const models = modelsOf(answers.flatMap((answer) => (answer && parsed(answer.text, base)) ?? []));
  const at = Math.min(...answers.flatMap((answer) => answer?.at ?? []));
  return models.length > 0 && Number.isFinite(at) ? { models, at } : undefined;
}

/** Prices are public: the key is not sent. */
async function readList(caller: Caller, action: string, kept: KeptAnswers, signal: AbortSignal): Promise<List> {
  const { base } = caller;
  const url = addressOf(base, action);
  const known = kept.recallAnswer(base, url);
  const headers = known?.etag ? { 'if-none-match': known.etag } : {};
  const answer = await ask({ ...caller, apiKey: undefined }, { method: 'GET', url, signal, headers });
  const isSame = answer.status === 304 && known !== undefined;
  const told = parsed(isSame ? known.text : answer.text, base);
  if (!told) throw new Failure('bad_response', `${hostOf(base)} answers no list of models`);
  const etag = (isSame ? known.etag : answer.headers.etag) ?? '';
  kept.keepAnswer(base, url, { etag, text: JSON.stringify(told), at: caller.clock.now() });
  return told;
}

function addressOf(base: string, action: string): string {
  return `${base}/api/v1/price_schedules?action=${action}`;
}

/** One schedule that makes no sense does not hide the others. */
function parsed(text: string, base: string): List | undefined {
  const { as_of, price_schedules: all } = readObject(text, hostOf(base));
  if (!Array.isArray(all)) return undefined;
  const sensible = all.flatMap((each) => schedule.safeParse(each).data ?? []);
  return { as_of: typeof as_of === 'string' ? as_of : null, price_schedules: sensible };
}

function modelsOf(lists: readonly List[]): CatalogueModel[] {
  const models = new Map<string, CatalogueModel>();
  for (const { as_of = null, price_schedules } of lists) {
    for (const each of price_schedules) {
      const { model, service, action } = each;
      const actions = [...new Set([...(models.get(model)?.actions ?? []), action])];
      const first = { model, service, status: statusOf(each.catalog_status), price: priceOf(each, as_of) };
      models.set(model, { ...(models.get(model) ?? first), actions });
    }
  }
  return [...models.values()];
}

/** A word that is not known yet does not stop a purchase. */
function statusOf(word: string | null | undefined): CatalogueModel['status'] {
  return word === 'maintenance' || word === 'disabled' ? word : 'active';
}

/** The service also lists models that it has no price for yet. */
function priceOf({ pricing_status, ...told }: output<typeof schedule>, as_of: string | null): ModelPrice | null {
  const { currency: named, billing_unit: unit, unit_price_cents } = told;
  const currency = named || 'USD';
  const isKnown = (pricing_status ?? 'available') === 'available' && currencyForm.test(currency);
  if (!isKnown || typeof unit_price_cents !== 'number') return null;
  return { currency, unit_price_cents, billing_unit: unit && unitForm.test(unit) ? unit : 'per_call', as_of };
}
