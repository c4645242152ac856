import {
  array,
  boolean,
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

const task = object({
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
const failure = object({ error, resume: optional(string()) });

/** The JSON Schema (2020-12) of the lines that `--json` prints about tasks. Fields may be added in later versions. */
export function taskSchema(): object {
  const shape = (part: typeof task | typeof failure): object => toJSONSchema(part, { io: 'input' }); // `input` leaves additional properties open
  const { $schema, ...line } = shape(task) as Record<string, unknown>;
  const { $schema: _, ...failed } = shape(failure) as Record<string, unknown>;
  return {
    $schema,
    title: 'One line of runapi-imagen --json',
    anyOf: [line, failed],
  };
}
