import { createHash } from 'node:crypto';
import type { Api } from '../api/client.ts';
import { NetworkFault } from '../api/network-fault.ts';
import type { OpenImage, Resumption } from '../api/open-image.ts';
import { backoff } from '../api/retry.ts';
import type { TempFile } from '../disk/temp-file.ts';
import { Failure } from '../errors.ts';
import { type ImageFacts, ImageInspector } from '../image/inspect.ts';
import type { Clock, Deadline } from '../world.ts';

export interface Transfer {
  api: Api;
  url: string;
  temp: TempFile;
  maxBytes: number;
  clock: Clock;
  deadline: Deadline;
  /** Waits before a retry, while another picture may be fetched. */
  pause(wait: () => Promise<void>): Promise<void>;
  /** Asks for another address where the host refuses this one; undefined where none can be had now. */
  freshUrl(): Promise<string | undefined>;
  /** Tells whether a picture that is refused like this may still be had there later. */
  mayCome(failure: Failure): boolean;
  /** Bytes so far, and of how many where the server says. */
  onBytes?(bytes: number, total: number | undefined): void;
  onRetry?(failure: Failure, waitMs: number): void;
}

export interface Received extends ImageFacts {
  sha256: string;
}

/** So often a picture is fetched from its beginning: what is wrong with it then is wrong for good. */
const mostDownloads = 5;
/** So often in a row nothing new may come before it is given up. */
const mostBarrenTries = 5;
/** The picture is paid for: a host that is down for so long, in milliseconds, is not given up sooner. */
const outageMs = 120_000;

/**
 * Brings one picture into a temporary file: whole, checked, within the size limit. A torn transfer goes on where it
 * stopped if the server can, else anew. Throws `download` or the deadline's reason.
 */
export async function transfer(order: Transfer): Promise<Received> {
  const { clock, deadline, temp } = order;
  const intake = newIntake();
  const begun = { downloads: 0 };
  let { url } = order;
  let barren = 0;
  let refusals = 0;
  let news = clock.monotonic();
  for (;;) {
    const before = intake.bytes;
    try {
      await fetchInto(intake, order, url, begun);
      return await verdict(intake, temp);
    } catch (error) {
      const failure = asRetryable(error);
      // All of it came, whatever the connection did then.
      if (intake.inspector.hasEnded) {
        const received = await verdict(intake, temp).catch(() => undefined);
        if (received) return received;
      }
      barren += 1;
      if (intake.bytes > before) {
        barren = 0;
        news = clock.monotonic();
      }
      if (failure.facts.expired) {
        refusals += 1;
        if (refusals > 1 && !order.mayCome(failure)) throw failure;
        const fresh = await order.freshUrl();
        if (fresh !== undefined && fresh !== url) [url, intake.validator] = [fresh, undefined];
      }
      if (failure.facts.restart || intake.validator === undefined) {
        Object.assign(intake, newIntake());
        await temp.restart();
        if (begun.downloads >= mostDownloads) throw failure;
      }
      const isOutage = !failure.facts.restart && clock.monotonic() - news < outageMs;
      const wait = Math.max(failure.facts.retryAfterMs ?? 0, backoff(barren - 1, clock.random()));
      if ((barren >= mostBarrenTries && !isOutage) || wait >= deadline.remaining()) throw failure;
      order.onRetry?.(failure, wait);
      await order.pause(() => clock.wait(wait, deadline.signal));
    }
  }
}

/** What came of a picture so far. */
interface Intake {
  bytes: number;
  /** How many there are in all, where the server says. */
  total: number | undefined;
  validator: string | undefined;
  hash: ReturnType<typeof createHash>;
  inspector: ImageInspector;
}

function newIntake(): Intake {
  return {
    bytes: 0,
    total: undefined,
    validator: undefined,
    hash: createHash('sha256'),
    inspector: new ImageInspector(),
  };
}

async function verdict(intake: Intake, temp: TempFile): Promise<Received> {
  const facts = await intake.inspector.end();
  if (!facts.whole) {
    throw new Failure('download', `the service sent an incomplete picture: ${facts.reason}`, {
      retryable: true,
      restart: true,
    });
  }
  await temp.finish();
  return { ...facts, sha256: intake.hash.digest('hex') };
}

async function fetchInto(intake: Intake, order: Transfer, url: string, begun: { downloads: number }): Promise<void> {
  const { bytes: offset, validator, total } = intake;
  const resume: Resumption | undefined =
    offset > 0 && validator !== undefined ? { offset, validator, total } : undefined;
  const source = url.startsWith('data:') ? inside(url) : await order.api.openImage(url, order.deadline.signal, resume);
  try {
    if (source.offset === 0) {
      begun.downloads += 1;
      if (offset > 0) await order.temp.restart(); // the picture has changed, or the server knows no ranges
      Object.assign(intake, newIntake());
    }
    intake.validator = source.validator;
    intake.total = source.total;
    await take(intake, order, source.body);
    if (source.total !== undefined && intake.bytes < source.total) {
      throw new Failure('download', `the picture was cut after ${intake.bytes} of ${source.total} bytes`, {
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
  body: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { total } = intake;
  if (total !== undefined && total > maxBytes) throw tooLarge(maxBytes);
  for await (const chunk of body) {
    if (intake.bytes + chunk.length > maxBytes) throw tooLarge(maxBytes);
    await intake.inspector.write(chunk);
    if (intake.inspector.isRejected) {
      const flaw = await intake.inspector.end();
      const reason = flaw.whole ? '' : flaw.reason;
      throw new Failure('download', `the service sent no picture: ${reason}`, { retryable: true, restart: true });
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

/** Opens a picture that came inside an answer, as `data:` addresses are read by browsers (RFC 2397). */
function inside(url: string): OpenImage {
  const comma = url.indexOf(',');
  const content = percentDecoded(url.slice(comma + 1));
  const isBase64 = /;\s*base64\s*$/i.test(url.slice(0, comma));
  const bytes = isBase64 ? Buffer.from(content.toString('latin1'), 'base64') : content;
  return {
    offset: 0,
    total: bytes.length,
    validator: undefined,
    body: (async function* () {
      yield bytes;
    })(),
    close: () => undefined,
  };
}

/** Byte by byte: what is escaped may be no text. */
function percentDecoded(text: string): Buffer {
  if (!text.includes('%')) return Buffer.from(text);
  const bytes = text.replace(/%([0-9a-f]{2})|[^\0-\x7f]/gi, (written, code?: string) =>
    code === undefined ? Buffer.from(written).toString('latin1') : String.fromCharCode(Number.parseInt(code, 16)),
  );
  return Buffer.from(bytes, 'latin1');
}

/** Returns as a `download` failure what another try may mend; throws everything else. */
function asRetryable(error: unknown): Failure {
  if (!(error instanceof Failure) || error.code === 'timeout') throw error;
  // Another certificate for a moment is a fault of the network, too.
  const mayPass = error.facts.retryable || error.facts.expired || error instanceof NetworkFault;
  if (!mayPass) throw error;
  if (error.code === 'download') return error;
  return new Failure('download', error.message, { ...error.facts, retryable: true, cause: error });
}
