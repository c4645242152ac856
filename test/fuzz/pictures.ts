import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ImageInspector } from '../../src/image/inspect.ts';
import { readPixels, thumbnail } from '../../src/image/pixels.ts';
import { smallPng } from '../support/service.ts';
import { mutated } from './mutate.ts';
import { ensure, slowTarget, target } from './target.ts';

const folder = join(process.cwd(), 'test/fixtures/images');
const fixtures = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
const small = smallPng(7);
const whole = [...fixtures.filter(({ length }) => length < 20_000), small];
/** Where sizes and lengths stand. */
const headers = [...whole, ...fixtures].map((each) => each.subarray(0, 200));

async function inspected(chunks: readonly Buffer[]) {
  const inspector = new ImageInspector();
  for (const chunk of chunks) await inspector.write(chunk);
  return await inspector.end();
}

export const pictureTargets = [
  slowTarget(
    'headers of pictures',
    24,
    fc.tuple(fc.oneof(mutated(headers), mutated(whole)), fc.array(fc.nat(400), { maxLength: 6 })),
    async ([bytes, cuts]) => {
      const facts = await inspected([bytes]);
      if (facts.whole) ensure(facts.width >= 1 && facts.height >= 1 && facts.bytes === bytes.length, 'it has a size');
      else ensure(facts.reason.length < 200 && !/\p{Cc}/u.test(facts.reason), facts.reason);
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const chunks = places.slice(1).map((end, position) => bytes.subarray(places[position], end));
      ensure(JSON.stringify(await inspected(chunks)) === JSON.stringify(facts), 'a cut changes nothing');
    },
  ),
  target('pixels', 0.5, mutated([small, ...fixtures.filter(({ length }) => length < 3000)]), (bytes) => {
    const pixels = readPixels(bytes);
    if (pixels) ensure(pixels.data.length <= 4 * pixels.width * pixels.height, 'no more pixels than it says');
    thumbnail(bytes);
  }),
];
