import { createHash } from 'node:crypto';
import type { Api } from '../api/client.ts';
import type { Resumption } from '../api/open-image.ts';
import { backoff } from '../api/retry.ts';
import type { TempFile } from '../disk/temp-file.ts';
import { Failure } from '../errors.ts';
import { type ImageFacts, inspectImage } from '../image/inspect.ts';
import type { Clock, Deadline } from '../world.ts';

export interface Transfer {
  api: Api;
  url: string;
  temp: TempFile;
  maxBytes: number;
  clock: Clock;
  deadline: Deadline;
  /** Bytes so far, and of how many where the server says. */
  onBytes?(bytes: number, total: number | undefined): void;
  onRetry?(failure: Failure, waitMs: number): void;
}

export interface Received extends ImageFacts {
  sha256: string;
}

/** So often in a row nothing new may come before it is given up. */
const mostBarrenTries = 5;
/** The picture is paid for: a host that is down for so long, in milliseconds, is not given up sooner. */
const outageMs = 120_000;

/**
 * Brings one picture into a temporary file: whole, checked, within the size limit. A torn transfer goes on where it
 * stopped if the server can, else anew. Throws `download` (`expired`: a fresh URL may help) or the deadline's reason.
 */
export async function transfer(order: Transfer): Promise<Received> {
  const { clock, deadline, temp } = order;
  let intake = newIntake();
  let news = clock.monotonic();
  await temp.restart(); // another address may have filled it
  for (let barren = 0; ; ) {
    const before = intake.bytes;
    try {
      if (order.url.startsWith('data:')) await take(intake, order, [dataOf(order.url)]);
      else await fetchInto(intake, order);
      const facts = await intake.inspector.end();
      if (facts.whole) {
        await temp.finish();
        return { ...facts, sha256: intake.hash.digest('hex') };
      }
      throw new Failure('download', `the service sent no whole picture: ${facts.reason}`, {
        retryable: true,
        restart: true,
      });
    } catch (error) {
      const failure = asRetryable(error);
      if (failure.facts.restart || intake.validator === undefined) {
        intake = newIntake();
        await temp.restart();
      }
      barren += 1;
      if (intake.bytes > before) {
        barren = 0;
        news = clock.monotonic();
      }
      const isOutage = !failure.facts.restart && clock.monotonic() - news < outageMs;
      const wait = Math.max(failure.facts.retryAfterMs ?? 0, backoff(barren, clock.random()));
      if ((barren >= mostBarrenTries && !isOutage) || wait >= deadline.remaining()) throw failure;
      order.onRetry?.(failure, wait);
      await clock.wait(wait, deadline.signal);
    }
  }
}

/** What came of a picture so far. */
interface Intake {
  bytes: number;
  validator: string | undefined;
  hash: ReturnType<typeof createHash>;
  inspector: ReturnType<typeof inspectImage>;
}

function newIntake(): Intake {
  return {
    bytes: 0,
    validator: undefined,
    hash: createHash('sha256'),
    inspector: inspectImage(),
  };
}

async function fetchInto(intake: Intake, order: Transfer): Promise<void> {
  const { bytes, validator } = intake;
  const resume: Resumption | undefined =
    bytes > 0 && validator !== undefined ? { offset: bytes, validator } : undefined;
  const source = await order.api.openImage(order.url, order.deadline.signal, resume);
  try {
    if (source.offset !== intake.bytes) {
      // The server starts again: the picture has changed, or it knows no ranges.
      Object.assign(intake, newIntake());
      await order.temp.restart();
    }
    intake.validator = source.validator;
    const total = source.length === undefined ? undefined : intake.bytes + source.length;
    await take(intake, order, source.body, total);
    if (total !== undefined && intake.bytes < total) {
      throw new Failure('download', `the picture was cut after ${intake.bytes} of ${total} bytes`, {
        retryable: true,
      });
    }
  } finally {
    source.close();
  }
}

async function take(
  intake: Intake,
  { maxBytes, temp, onBytes }: Transfer,
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  total?: number,
): Promise<void> {
  if (total !== undefined && total > maxBytes) throw tooLarge(maxBytes);
  for await (const chunk of body) {
    if (intake.bytes + chunk.length > maxBytes) throw tooLarge(maxBytes);
    await intake.inspector.write(chunk);
    if (intake.inspector.rejected()) {
      const flaw = await intake.inspector.end();
      const reason = flaw.whole ? '' : flaw.reason;
      throw new Failure('download', `the service sent no picture: ${reason}`);
    }
    intake.hash.update(chunk);
    await temp.write(chunk);
    intake.bytes += chunk.length;
    onBytes?.(intake.bytes, total);
  }
}

function tooLarge(maxBytes: number): Failure {
  return new Failure('download', `the picture is larger than ${maxBytes} bytes`, {
    hint: 'Allow more with --max-bytes',
  });
}

function dataOf(url: string): Uint8Array {
  const comma = url.indexOf(',');
  const body = url.slice(comma + 1);
  return url.slice(0, comma).endsWith(';base64') ? Buffer.from(body, 'base64') : percentDecoded(body);
}

function percentDecoded(text: string): Uint8Array {
  try {
    return Buffer.from(decodeURIComponent(text));
  } catch {
    return Buffer.from(text); // no picture, and told as such
  }
}

/** Passes on as a `download` failure what another try may mend; throws everything else. */
function asRetryable(error: unknown): Failure {
  if (!(error instanceof Failure)) {
    // A decoder's complaint about a body that cannot be unpacked.
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
      return new Failure('download', 'the picture cannot be unpacked', {
        retryable: true,
        restart: true,
        cause: error,
      });
    }
    throw error;
  }
  if (error.code === 'timeout' || !error.facts.retryable) throw error;
  return error.code === 'download'
    ? error
    : new Failure('download', error.message, { ...error.facts, cause: error });
}
