import {
  array,
  boolean,
  discriminatedUnion,
  gte,
  int,
  literal,
  lte,
  nullable,
  number,
  object,
  enum as oneOf,
  optional,
  refine,
  string,
} from 'zod/mini';
import { isTaskId } from '../task/task-id.ts';
import type { Event } from './event.ts';

const cost = nullable(
  object({
    currency: string(),
    reserved_cents: nullable(number()),
    charged_cents: nullable(number()),
    refunded: boolean(),
  }),
);
const target = object({
  folder: string(),
  output: string(),
  existing: oneOf(['rename', 'overwrite', 'skip']),
  index: number(),
  sidecar: optional(boolean()),
});
const latestDate = 8.64e15;
const told = { key: string(), at: number().check(gte(0), lte(latestDate)) };
const pictureIndex = int().check(gte(0), lte(999));

const schema = discriminatedUnion('event', [
  object({
    event: literal('intended'),
    ...told,
    server: object({ base: string(), sandbox: boolean() }).check(refine(canBeAsked)),
    request: object({
      model: string(), // one that this version does not know was paid for all the same
      prompt: string(),
      aspectRatio: optional(string()),
      negativePrompt: optional(string()),
      seed: optional(number()),
      callbackUrl: optional(string()),
    }),
    target,
    row: optional(object({ batch: string(), row: number(), key: string(), id: optional(string()) })),
  }),
  object({
    event: literal('accepted'),
    ...told,
    id: string().check(refine(isTaskId)),
    dialect: oneOf(['guide', 'service']),
    statusUrl: optional(string()),
    replayed: boolean(),
    cost,
  }),
  object({ event: literal('let-go'), ...told }),
  object({ event: literal('retargeted'), ...told, target }),
  object({
    event: literal('completed'),
    ...told,
    images: array(object({ url: string() })),
    cost,
  }),
  object({ event: literal('temporary'), ...told, path: string() }),
  object({
    event: literal('saving'),
    ...told,
    index: pictureIndex,
    path: string(),
    sha256: string(),
  }),
  object({
    event: literal('saved'),
    ...told,
    index: pictureIndex,
    file: object({
      path: string(),
      bytes: number(),
      mime: string(),
      width: number(),
      height: number(),
      sha256: string(),
    }),
  }),
  object({
    event: literal('ended'),
    ...told,
    how: string(), // whatever a later version calls it: it has ended
    code: optional(string()),
    message: optional(string()),
    cost: optional(cost),
  }),
]);

/** One line of the record; undefined for a torn line, a foreign one, or one of another version. */
export function readLine(line: string): Event | undefined {
  try {
    const read = schema.safeParse(JSON.parse(line));
    return read.success ? (read.data as Event) : undefined;
  } catch {
    return undefined;
  }
}

export function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** The format version that a file's first line tells. */
export function versionOf(line: string): number | undefined {
  try {
    const { format } = JSON.parse(line) as { format?: unknown };
    return typeof format === 'number' ? format : undefined;
  } catch {
    return undefined;
  }
}

function canBeAsked({ base, sandbox }: { base: string; sandbox: boolean }): boolean {
  return sandbox || (URL.canParse(base) && /^https?:/i.test(base));
}
