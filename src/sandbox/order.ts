import { type Model, models, ratiosOf } from '../request/models.ts';
import { Refusal } from './call.ts';
import { type Fault, faultsIn, faultWords } from './faults.ts';

/** What a picture is made from. The other fields of a body change nothing; the callback URL is never called. */
export interface Order {
  model: Model;
  prompt: string;
  ratio: string | undefined;
  seed: number | undefined;
  faults: ReadonlySet<Fault>;
}

/**
 * Reads the order in a body as the service would.
 *
 * @throws {Refusal} 400 if it is not a JSON object, 422 with the problems of all fields
 */
export function readOrder(body: unknown): Order {
  if (body === null || typeof body !== 'object' || Array.isArray(body))
    throw new Refusal(400, 'The request body must be a JSON object');
  const fields = body as Record<string, unknown>;
  const problems = Object.entries(checks).flatMap(([name, check]) => {
    const problem = check(fields[name], fields);
    return problem === undefined ? [] : [[name, [problem]] as const];
  });
  if (problems.length > 0)
    throw new Refusal(422, 'Validation failed', { errors: Object.fromEntries(problems) });
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
    const [word] = faultsIn(value).unknown;
    const known = Object.keys(faultWords).join(', ');
    return word === undefined ? undefined : `has the unknown fault [sandbox:${word}]; use one of ${known}`;
  },
  aspect_ratio: (value, { model }) => {
    const allowed = ratiosOf(isModel(model) ? model : 'imagen-4-fast');
    const isAllowed = value === undefined || allowed.includes(value as string);
    return isAllowed ? undefined : `must be one of ${allowed.join(', ')}`;
  },
  negative_prompt: (value) =>
    value === undefined || typeof value === 'string' ? undefined : 'must be a string',
  seed: (value) => (value === undefined || Number.isInteger(value) ? undefined : 'must be an integer'),
  callback_url: (value) => {
    const isUrl = value === undefined || /^https?:\/\/\S+$/.test(String(value));
    return isUrl ? undefined : 'must be an http or https URL';
  },
};

function isModel(value: unknown): value is Model {
  return models.includes(value as Model);
}
