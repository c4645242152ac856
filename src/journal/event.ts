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
  type output,
  record,
  refine,
  string,
  unknown,
} from 'zod/mini';
import type { ImageRequest } from '../request/request.ts';
import { target } from '../request/target-schema.ts';
import { cost as knownCost } from '../task/cost-schema.ts';
import { isTaskId } from '../task/task.ts';

/** What the service told of the price. */
const cost = nullable(knownCost);

const server = object({ base: string(), sandbox: boolean() }).check(
  refine(({ base, sandbox }) => sandbox || (URL.canParse(base) && /^https?:/i.test(base))),
);

const row = object({
  /** Names the batch by its file. */
  batch: string(),
  row: number(),
  /** Names the task within the batch by what it asks for. */
  key: string(),
  id: optional(string()),
  /** Raised by --retry-failed and --new: 0 where it is left out. */
  generation: optional(int()),
});

const request = object({
  model: string(),
  prompt: string(),
  aspectRatio: optional(string()),
  negativePrompt: optional(string()),
  seed: optional(number()),
  resolution: optional(string()),
  format: optional(string()),
  quality: optional(string()),
  set: optional(record(string(), unknown())),
  images: optional(array(string())),
  action: optional(string()),
  callbackUrl: optional(string()),
});

const route = object({
  service: optional(string()),
  action: string(),
  pictures: optional(object({ field: string(), isList: boolean() })),
});

const file = object({
  path: string(),
  bytes: number(),
  mime: string(),
  width: number(),
  height: number(),
  sha256: string(),
});

const latestDate = 8.64e15;
/** `key` is the idempotency key, `at` milliseconds since 1970. */
const told = { key: string(), at: number().check(gte(0), lte(latestDate)) };
const pictureIndex = int().check(gte(0), lte(999));
const dialect = oneOf(['guide', 'service']);

/** One line of the record: what happened to one task. */
const eventSchema = discriminatedUnion('event', [
  object({
    event: literal('intended'),
    ...told,
    server,
    /** The salted fingerprint of the API key. */
    account: optional(string()),
    request,
    target,
    row: optional(row),
    /** Who asked, where it was not a person: `mcp`. */
    door: optional(string()),
    /** What is asked of the service, where that is not `text_to_image` of Imagen. */
    route: optional(route),
    /** Where the local pictures that the request is made from are, by their digests. */
    inputs: optional(record(string(), string())),
    /** A line tells when the request is about to leave: without that line it never left. */
    unsent: optional(literal(true)),
  }),
  /** A local picture is at this address of the service until then. */
  object({ event: literal('uploaded'), ...told, image: string(), url: string(), expiresAt: number() }),
  /** The request is about to leave. The line is not flushed: only a power failure can lose it. */
  object({ event: literal('sending'), ...told }),
  /** The request is about to leave in this form of the API, with the pictures that it is made from at these addresses. */
  object({ event: literal('posting'), ...told, dialect, imageUrls: optional(array(string())) }),
  object({
    event: literal('accepted'),
    ...told,
    id: string().check(refine(isTaskId)),
    dialect,
    statusUrl: optional(string()),
    replayed: boolean(),
    /** By the service's own clock, where it told: milliseconds since 1970. */
    servedAt: optional(number()),
    cost,
  }),
  object({ event: literal('let-go'), ...told }),
  object({ event: literal('retargeted'), ...told, target }),
  object({
    event: literal('completed'),
    ...told,
    images: array(object({ url: string() })),
    /** As the service told it, whether it was asked for or not. */
    seed: optional(number()),
    cost,
  }),
  /** A temporary file of this name is about to be made. */
  object({ event: literal('temporary'), ...told, path: string() }),
  /** A picture is about to get this name. */
  object({ event: literal('saving'), ...told, index: pictureIndex, path: string(), sha256: string() }),
  object({ event: literal('saved'), ...told, index: pictureIndex, file }),
  object({
    event: literal('ended'),
    ...told,
    how: string(), // whatever a later version calls it: it has ended
    code: optional(string()),
    message: optional(string()),
    /** What was told of the price of a task that failed. */
    cost: optional(cost),
  }),
]);

type Parsed = output<typeof eventSchema>;
/** How a task ended: no later run has anything to do for it. */
export type Ending = 'saved' | 'kept' | 'failed' | 'refused' | 'given-up' | 'expired';
export type Event =
  | Exclude<Parsed, { event: 'intended' | 'ended' }>
  | (Extract<Parsed, { event: 'intended' }> & { request: ImageRequest })
  | (Extract<Parsed, { event: 'ended' }> & { how: Ending });
export type Target = output<typeof target>;
/** A server: its address, or the sandbox of this process. */
export type Server = output<typeof server>;
export type BatchRow = output<typeof row>;
export type SavedFile = output<typeof file>;

/** Reads one line of the record; undefined for a torn or damaged line, or one of another version. */
export function readLine(line: string): Event | undefined {
  try {
    const read = eventSchema.safeParse(JSON.parse(line));
    return read.success ? (read.data as Event) : undefined;
  } catch {
    return undefined;
  }
}
