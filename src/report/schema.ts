import {
  array,
  boolean,
  literal,
  nullable,
  number,
  object,
  enum as oneOf,
  optional,
  string,
  toJSONSchema,
  unknown,
} from 'zod/mini';

const error = object({
  code: string(),
  message: string(),
  hint: nullable(string()),
  status: nullable(number()),
  request_id: nullable(string()),
  retryable: boolean(),
  details: unknown(),
});

const image = object({
  url: string(),
  expires_at: nullable(string()),
  path: nullable(string()),
  bytes: nullable(number()),
  mime: nullable(string()),
  width: nullable(number()),
  height: nullable(number()),
  sha256: nullable(string()),
});

const cost = object({
  currency: string(),
  reserved_cents: nullable(number()),
  charged_cents: nullable(number()),
  refunded: boolean(),
});

/** One task, as `--json` prints it. */
export const taskLine = object({
  task_id: nullable(string()),
  status: oneOf(['pending', 'processing', 'completed', 'failed']),
  model: nullable(string()),
  prompt: nullable(string()),
  aspect_ratio: nullable(string()),
  negative_prompt: nullable(string()),
  seed: nullable(number()),
  images: array(image),
  cost: nullable(cost),
  replayed: boolean(),
  created_at: nullable(string()),
  elapsed_ms: nullable(number()),
  resume: nullable(string()),
  error: nullable(error),
  row: optional(number()),
  id: optional(string()),
});

/** A command that failed before any task. */
const failure = object({ error, resume: optional(nullable(string())) });

/** What `generate --dry-run` would send. */
const trial = object({
  dry_run: literal(true),
  method: string(),
  url: string(),
  request: unknown(),
  path: string(),
  quote: nullable(object({ currency: string(), reserved_cents: number(), as_of: nullable(string()) })),
  error: nullable(error),
});

/** The JSON Schema (2020-12) of the lines that `--json` prints about tasks. Fields may be added in later versions. */
export function taskSchema(): object {
  // `input` leaves additional properties open.
  const lines = [taskLine, failure, trial].map((part) => {
    const { $schema: _, ...line } = toJSONSchema(part, { io: 'input' }) as Record<string, unknown>;
    return line;
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'One line of runapi-imagen --json',
    anyOf: lines,
  };
}
