import {
  array,
  boolean,
  exactOptional,
  literal,
  meta,
  nullable,
  number,
  object,
  enum as oneOf,
  string,
  toJSONSchema,
  unknown,
} from 'zod/mini';
import { requestFields, says } from '../request/request-report.ts';
import { cost } from '../task/cost-schema.ts';
import { taskStatuses } from '../task/task.ts';

export const error = object({
  code: string().check(says('The kind of failure; the exit code says the same.')),
  message: string(),
  hint: nullable(string()).check(says('What to do.')),
  status: nullable(number()).check(says('The HTTP status, where the service answered.')),
  request_id: nullable(string()),
  retryable: boolean(),
  details: unknown(),
}).check(meta({ title: 'ErrorReport' }));

export const image = object({
  url: string(),
  expires_at: nullable(string()),
  path: nullable(string()).check(says('Absolute; null where it was not saved.')),
  bytes: nullable(number()),
  mime: nullable(string()),
  width: nullable(number()),
  height: nullable(number()),
  sha256: nullable(string()),
}).check(meta({ title: 'ImageReport' }));

/** One task, as `--json` prints it and people are told of it. Fields are only ever added. */
export const taskLine = object({
  task_id: nullable(string()).check(says('Null where no task was accepted.')),
  status: oneOf(taskStatuses),
  ...requestFields,
  images: array(image),
  cost: nullable(cost).check(says('Null where the service told nothing.')),
  replayed: boolean().check(says('The service had the task already when it was asked for it.')),
  reused: boolean().check(says('Bought by an earlier run: its cost is no new cost.')),
  sandbox: boolean().check(says('Made in the built-in sandbox: its cost is play money.')),
  server: string().check(says('Base URL of the service; `sandbox` for the built-in one.')),
  created_at: nullable(string()),
  elapsed_ms: nullable(number()),
  resume: nullable(string()).check(
    says('The command that takes the task up again, while something is still to be had.'),
  ),
  error: nullable(error),
  row: exactOptional(number()).check(says("In a batch: the row's number in the file.")),
  id: exactOptional(string()).check(says("In a batch: the row's id, where the file gives one.")),
}).check(meta({ title: 'TaskReport', description: 'One task.' }));

const failure = object({ error, resume: exactOptional(nullable(string())) }).check(
  meta({ title: 'FailureReport', description: 'A command that failed before any task.' }),
);

const quote = object({ currency: string(), reserved_cents: number(), as_of: nullable(string()) }).check(
  meta({ title: 'Quote' }),
);

const trial = object({
  dry_run: literal(true),
  method: string(),
  url: string(),
  request: unknown(),
  path: string(),
  quote: nullable(quote),
  error: nullable(error).check(says('Why no price is known.')),
}).check(meta({ title: 'DryRunReport', description: 'What `generate --dry-run` would send.' }));

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
