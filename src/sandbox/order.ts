import { type Model, models, ratiosOf } from '../request/models.ts';
import { type Fault, faultsIn, faultWords } from './faults.ts';
import { Refusal } from './refusal.ts';

/** What a picture is made from. Everything else in a body changes nothing here; a callback URL is never called. */
export interface Order {
  model: Model;
  prompt: string;
  ratio: string | undefined;
  seed: number | undefined;
  /** What the prompt orders besides. */
  faults: ReadonlySet<Fault>;
}

/**
 * The order in a body, as the service would take it.
 *
 * @throws {Refusal} 400 where it is no JSON object, 422 with all wrong fields
 */
export function readOrder(body: unknown): Order {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw new Refusal(400, 'The request body must be a JSON object');
  }
  const fields = body as Record<string, unknown>;
  const errors = Object.entries(checks).flatMap(([name, check]) => {
    const problem = check(fields[name], fields);
    return problem === undefined ? [] : [[name, [problem]] as const];
  });
  if (errors.length > 0)
    throw new Refusal(422, 'Validation failed', {
      errors: Object.fromEntries(errors),
    });
  const { model, prompt, aspect_ratio: ratio, seed } = fields as unknown as CheckedBody;
  return { model, prompt, ratio, seed, faults: faultsIn(prompt).faults };
}

interface CheckedBody {
  model: Model;
  prompt: string;
  aspect_ratio?: string;
  seed?: number;
}

type Check = (value: unknown, fields: Record<string, unknown>) => string | undefined;

const checks: Readonly<Record<string, Check>> = {
  model: (value) => (isModel(value) ? undefined : `must be one of ${models.join(', ')}`),
  prompt: (value) => {
    if (typeof value !== 'string' || !value.trim()) return "can't be blank";
    const [wrong] = faultsIn(value).unknown;
    return wrong === undefined
      ? undefined
      : `[sandbox:${wrong}] is none of ${Object.keys(faultWords).join(', ')}`;
  },
  aspect_ratio: (value, { model }) => {
    const allowed = ratiosOf(isModel(model) ? model : 'imagen-4-fast');
    return value === undefined || allowed.includes(value as string)
      ? undefined
      : `must be one of ${allowed.join(', ')}`;
  },
  negative_prompt: (value) =>
    value === undefined || typeof value === 'string' ? undefined : 'must be a string',
  seed: (value) => (value === undefined || Number.isInteger(value) ? undefined : 'must be an integer'),
  callback_url: (value) =>
    value === undefined || /^https?:\/\/\S+$/.test(String(value))
      ? undefined
      : 'must be an http or https URL',
};

function isModel(value: unknown): value is Model {
  return models.includes(value as Model);
}
