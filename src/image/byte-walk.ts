/**
 * Reads a stream in constant memory with code written as if the whole file were there: a format is a generator that
 * asks for the next bytes, and each chunk that arrives drives it as far as it can go.
 */
export class ByteWalk<Found> {
  /** The result of the walk; undefined until it ends. */
  found: Found | undefined;
  /** Why the walk failed, in words for people. */
  damage: string | undefined;
  readonly #walk: Walk<Found>;
  #step: Step | undefined;
  /** Bytes that the current step still needs. */
  #missing = 0;
  /** The first part of a `take` that crosses a chunk border. */
  #held: Buffer | undefined;

  constructor(walk: Walk<Found>) {
    this.#walk = walk;
    this.#resume(nothing);
  }

  /** Takes the next bytes of the stream, in chunks of any size. Nothing of `chunk` is kept. */
  write(chunk: Buffer): void {
    let at = 0;
    while (this.#step !== undefined) {
      if (this.#step.kind === 'until') {
        const place = chunk.indexOf(this.#step.byte, at);
        if (place < 0) return;
        at = place + 1;
        this.#resume(nothing);
        continue;
      }
      const start = at;
      at = Math.min(chunk.length, start + this.#missing);
      this.#missing -= at - start;
      if (this.#step.kind === 'skip') {
        if (at > start) this.#step.each?.(chunk.subarray(start, at));
        if (this.#missing > 0) return;
        this.#resume(nothing);
        continue;
      }
      const taken = this.#join(chunk.subarray(start, at), this.#step.length);
      if (taken === undefined) return;
      this.#resume(taken);
    }
  }

  /** Ends the stream. If neither `found` nor `damage` is set afterwards, it was cut short. */
  end(): void {
    while (this.#mayEndHere()) this.#resume(nothing);
  }

  #mayEndHere(): boolean {
    if (this.#step?.kind === 'skip') return this.#missing === Number.POSITIVE_INFINITY;
    return this.#step?.kind === 'take' && this.#step.orEnd && this.#held === undefined;
  }

  #join(part: Buffer, length: number): Buffer | undefined {
    if (part.length === length) return part;
    if (part.length > 0) {
      this.#held ??= Buffer.alloc(length);
      part.copy(this.#held, length - this.#missing - part.length);
    }
    return this.#missing > 0 ? undefined : this.#held;
  }

  #resume(bytes: Buffer): void {
    this.#held = undefined;
    this.#step = undefined;
    try {
      const next = this.#walk.next(bytes);
      if (next.done) {
        this.found = next.value;
        return;
      }
      this.#step = next.value;
      this.#missing = next.value.kind === 'until' ? 0 : next.value.length;
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      this.damage = error.message;
    }
  }
}

/** Asks for bytes and is resumed with them; returns what it found. */
export type Walk<Found> = Generator<Step, Found, Buffer>;

type Step =
  | { kind: 'take'; length: number; orEnd: boolean }
  | { kind: 'skip'; length: number; each: ((piece: Buffer) => void) | undefined }
  | { kind: 'until'; byte: number };

/** The next `length` bytes, at most 64 kB: they are all that is ever held. Valid until the next step. */
export function take(length: number): Step {
  return { kind: 'take', length, orEnd: false };
}

/** Like `take`, but the stream may also end exactly here: then the bytes are empty. */
export function takeOrEnd(length: number): Step {
  return { kind: 'take', length, orEnd: true };
}

/**
 * Skips `length` bytes; an infinite length skips to the end. A negative length is damage.
 * @param each sees the bytes in pieces, which it must not keep
 */
export function skip(length: number, each?: (piece: Buffer) => void): Step {
  if (length < 0) throw new Damage('a length in it is invalid');
  return { kind: 'skip', length, each };
}

/** Skips everything up to and including the first such byte. */
export function until(byte: number): Step {
  return { kind: 'until', byte };
}

/** Thrown for bytes that the format does not allow; the message completes "the PNG is damaged: ". */
export class Damage extends Error {
  override name = 'Damage';
}

const nothing = Buffer.alloc(0);

/** The size that a file states; one without an area is damage. */
export function pixelSize(width: number, height: number): PixelSize {
  if (width < 1 || height < 1) throw new Damage(`it says it is ${width} × ${height} pixels`);
  return { width, height };
}

/** In pixels, as stored: rotation in EXIF or `irot` is not applied. */
export interface PixelSize {
  width: number;
  height: number;
}
