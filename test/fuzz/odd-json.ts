import fc from 'fast-check';

/** The key that no message may hold. */
export const key = 'rk_live_7Q9XvPq2LmZt';

const deepMark = 'a deep list stands here';
const deepText = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;

/** Values that nobody expects where they come. */
const oddValues: readonly unknown[] = [
  null,
  true,
  '',
  0,
  -1,
  1e308,
  2 ** 53,
  '1e999',
  key,
  `Bearer ${key}`,
  '\u001b]0;evil\u0007\u009b31m\u202egnp.exe',
  'a\r\nb\u2028c',
  '__proto__',
  'constructor',
  '../../../etc/passwd',
  'COMPLETED',
  'failed',
  'data:image/png;base64,AAAA',
  'DATA:,x',
  'http://[',
  'file:///etc/passwd',
  'https://img.test/a.png',
  'x'.repeat(3000),
  '<a'.repeat(1000),
  [],
  {},
  [[[null]]],
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
];

/** Text that may stand anywhere: control characters, halves of letters, the key. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(fc.constantFrom('\u001b[31m', '\u0007', '\n', '\ud800', '\u202e', '\0', '..', '/', '\\', key, 'é', ' '), {
      maxLength: 12,
    })
    .map((parts) => parts.join('')),
  fc.constantFrom('<a', '{"a":', ' ', '\t\n', '.', '"\\', '9', 'x1').map((part) => part.repeat(1500)),
);

/** JSON of the examples in which some values are others, or have other names. */
export function oddJson(examples: readonly object[]): fc.Arbitrary<string> {
  const swap = fc.record({ at: fc.nat(1000), value: fc.oneof(fc.constantFrom(...oddValues), fc.jsonValue()) });
  const texts = fc
    .tuple(fc.constantFrom(...examples), fc.array(swap, { maxLength: 4 }))
    .map(([example, swaps]) => JSON.stringify(swaps.reduce<unknown>(swapped, structuredClone(example))));
  return fc.oneof(
    { weight: 400, arbitrary: texts },
    { weight: 40, arbitrary: fc.json() },
    { weight: 1, arbitrary: deepIn(examples) },
  );
}

function deepIn(examples: readonly object[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...examples), fc.nat(1000))
    .map(([example, at]) =>
      JSON.stringify(swapped(structuredClone(example), { at, value: deepMark })).replace(
        JSON.stringify(deepMark),
        deepText,
      ),
    );
}

function swapped(whole: unknown, { at, value }: { at: number; value: unknown }): unknown {
  const places: Array<[Record<string, unknown>, string]> = [];
  collect(whole, places);
  const [holder, name] = places[at % Math.max(1, places.length)] ?? [];
  if (!holder || name === undefined) return structuredClone(value);
  // An assignment to `__proto__` would be none.
  Object.defineProperty(holder, name, {
    value: structuredClone(value),
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return whole;
}

function collect(value: unknown, places: Array<[Record<string, unknown>, string]>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const name of Object.keys(value)) {
    places.push([value as Record<string, unknown>, name]);
    collect((value as Record<string, unknown>)[name], places);
  }
}
