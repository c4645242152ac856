import {
  array,
  boolean,
  discriminatedUnion,
  literal,
  nullable,
  number,
  object,
  enum as oneOf,
  optional,
  string,
} from 'zod/mini';
import { models } from '../task/models.ts';
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
});
const told = { key: string(), at: number() };

const schema = discriminatedUnion('event', [
  object({
    event: literal('intended'),
    ...told,
    server: object({ base: string(), sandbox: boolean() }),
    request: object({
      model: oneOf(models),
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
    id: string(),
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
  object({
    event: literal('saving'),
    ...told,
    index: number(),
    path: string(),
    sha256: string(),
  }),
  object({
    event: literal('saved'),
    ...told,
    index: number(),
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
    how: oneOf(['saved', 'kept', 'failed', 'refused', 'given-up', 'expired']),
    code: optional(string()),
    message: optional(string()),
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

/** The format version that a file's first line tells. */
export function versionOf(line: string): number | undefined {
  try {
    const { format } = JSON.parse(line) as { format?: unknown };
    return typeof format === 'number' ? format : undefined;
  } catch {
    return undefined;
  }
}
