import fc from 'fast-check';

/** One change to the bytes of an example. */
interface Change {
  at: number;
  how: 'set' | 'flip' | 'drop' | 'insert' | 'double' | 'number' | 'cut';
  value: number;
  length: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(1 << 20),
  how: fc.constantFrom('set', 'flip', 'drop', 'insert', 'double', 'number', 'cut'),
  value: fc.nat(255),
  length: fc.nat(24),
});

/** Lengths and sizes at which a reader may stumble. */
const numbers = [0, 1, 7, 8, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x0100_0000];

/** One of the examples with up to eight of its places changed. */
export function mutated(examples: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.constantFrom(...examples), fc.array(change, { maxLength: 8 }))
    .map(([example, changes]) => changes.reduce(changed, example));
}

/** The same for texts: what is no UTF-8 becomes replacement characters, as where files are read. */
export function mutatedText(examples: readonly string[]): fc.Arbitrary<string> {
  return mutated(examples.map((text) => Buffer.from(text))).map((bytes) => bytes.toString('utf8'));
}

function changed(bytes: Buffer, { at, how, value, length }: Change): Buffer {
  const place = bytes.length === 0 ? 0 : at % bytes.length;
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  switch (how) {
    case 'set':
      return Buffer.concat([before, Buffer.from([value]), after.subarray(1)]);
    case 'flip':
      return Buffer.concat([before, Buffer.from([(after[0] ?? 0) ^ (1 << (value % 8))]), after.subarray(1)]);
    case 'drop':
      return Buffer.concat([before, after.subarray(length)]);
    case 'insert':
      return Buffer.concat([before, Buffer.alloc(length, value), after]);
    case 'double':
      return Buffer.concat([before, after.subarray(0, length), after]);
    case 'number': {
      const number = Buffer.alloc(4);
      number.writeUInt32BE(numbers[value % numbers.length] as number);
      return Buffer.concat([before, value < 128 ? number : number.reverse(), after.subarray(4)]);
    }
    case 'cut':
      return before;
  }
}
