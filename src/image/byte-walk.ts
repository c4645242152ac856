/**
 * Reads a stream in constant memory with code that looks as if the whole file lay before it: a format is
 * a generator that asks for the next bytes, and each chunk that comes drives it as far as it goes.
 */
export class ByteWalk<Found> {
  /** What the walk came to; undefined until it ends. */
  found: Found | undefined;
  /** What the walk stumbled over, in words for people. */
  damage: string | undefined;
  readonly #walk: Walk<Found>;
  #step: Step | undefined;
  /** Bytes that the present step still lacks. */
  #missing = 0;
  /** The first part of a `take` that straddles a chunk border. */
  #held: Buffer | undefined;

  constructor(walk: Walk<Found>) {
    this.#walk = walk;
    this.#resume(nothing);
  }

  /** Takes the next bytes of the stream, cut wherever it may be. Nothing of `chunk` is kept. */
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
        if (this.#missing > 0) return;
        this.#resume(nothing);
        continue;
      }
      const taken = this.#join(chunk.subarray(start, at), this.#step.length);
      if (taken === undefined) return;
      this.#resume(taken);
    }
  }

  /** The stream is over: a walk that may end here, does. `found` and `damage` undefined means cut short. */
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
  | { kind: 'skip'; length: number }
  | { kind: 'until'; byte: number };

/** The next `length` bytes, at most some dozens: they are all that is ever held. Good until the next step. */
export function take(length: number): Step {
  return { kind: 'take', length, orEnd: false };
}

/** As `take`, but the stream may also end exactly here: then the bytes are empty. */
export function takeOrEnd(length: number): Step {
  return { kind: 'take', length, orEnd: true };
}

/** Passes over `length` bytes; infinitely many are all that there are. A negative length is damage. */
export function skip(length: number): Step {
  if (length < 0) throw new Damage('a length in it makes no sense');
  return { kind: 'skip', length };
}

/** Passes over everything up to the first such byte, and over that byte. */
export function until(byte: number): Step {
  return { kind: 'until', byte };
}

/** Thrown by a walk over bytes that its format does not allow; the message completes "the PNG is damaged: ". */
export class Damage extends Error {
  override name = 'Damage';
}

const nothing = Buffer.alloc(0);
