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
  /** What came and was not asked for yet. */
  #waiting: Buffer = Buffer.alloc(0);

  constructor(walk: Walk<Found>) {
    this.#walk = walk;
    this.#resume(this.#waiting);
  }

  /** Takes the next bytes of the stream, in chunks of any size. The chunk itself is not kept. */
  write(chunk: Buffer): void {
    let bytes = this.#waiting.length === 0 ? chunk : Buffer.concat([this.#waiting, chunk]);
    while (this.#step !== undefined && bytes.length >= this.#step.least) {
      const { most, through } = this.#step;
      const end = through === undefined ? 0 : bytes.indexOf(through) + 1;
      const given = bytes.subarray(0, end || most);
      bytes = bytes.subarray(given.length);
      this.#resume(given);
    }
    this.#waiting = Buffer.from(this.#step ? bytes : '');
  }

  /** Ends the stream. If neither `found` nor `damage` is set afterwards, it was cut short. */
  end(): void {
    while (this.#step?.mayEnd && this.#waiting.length === 0) this.#resume(this.#waiting);
  }

  #resume(bytes: Buffer): void {
    this.#step = undefined;
    try {
      const next = this.#walk.next(bytes);
      if (next.done) this.found = next.value;
      else this.#step = next.value;
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      this.damage = error.message;
    }
  }
}

/** Asks for bytes and is resumed with them, which are valid until it asks again; returns what it found. */
export type Walk<Found> = Generator<Step, Found, Buffer>;

interface Step {
  least: number;
  most: number;
  /** Nothing behind the first such byte is given. */
  through?: number;
  /** The stream may also end here: then the bytes are empty. */
  mayEnd?: boolean;
}

/** The next `length` bytes, at most 64 kB: they are held in memory. */
export function take(length: number): Step {
  return { least: length, most: length };
}

/** Passes over `length` bytes. A negative length is damage. `each` sees them in pieces, which it must not keep. */
export function* skip(length: number, each?: (piece: Buffer) => void): Walk<void> {
  if (length < 0) throw new Damage('a length in it is invalid');
  for (let left = length; left > 0; ) {
    const piece = yield { least: 1, most: left };
    each?.(piece);
    left -= piece.length;
  }
}

/** Thrown for bytes that the format does not allow; the message completes "the PNG is damaged: ". */
export class Damage extends Error {
  override name = 'Damage';
}

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
