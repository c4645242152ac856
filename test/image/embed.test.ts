/** @module-tag slow */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { encode } from 'fast-png';
import { expect, onTestFinished, test } from 'vitest';
import { readEmbedded } from '../../src/disk/embedded.ts';
import { embeddedRequest, headBytes, spliceFor, type Told } from '../../src/image/embed.ts';
import { ImageInspector } from '../../src/image/inspect.ts';
import { has } from '../support/has.ts';
import { picture } from './pictures.ts';

const request = { prompt: 'a "fox" & <owl> 커피\n🦊', model: 'imagen-4', seed: 7 };
const png = Buffer.from(
  encode({ width: 3, height: 2, data: new Uint8Array(18).map((_, at) => at * 9), channels: 3, depth: 8 }),
);
const files: Array<[string, Buffer]> = [
  ['a.png', png],
  ...['baseline.jpg', 'progressive.jpg', 'thumbnail.jpg', 'lossy.webp', 'lossless.webp', 'animated.webp'].map(
    (name): [string, Buffer] => [name, picture(name)],
  ),
];

function toldOf(prompt = request.prompt): Told {
  const json = JSON.stringify({ task_id: 'tsk_1', sandbox: false, request: { ...request, prompt } });
  return { prompt, model: request.model, seed: request.seed, task: 'tsk_1', software: 'runapi-imagen', request: json };
}

async function factsOf(bytes: Buffer) {
  const inspector = new ImageInspector();
  await inspector.write(bytes);
  const facts = await inspector.end();
  if (!facts.whole) throw new Error(facts.reason);
  return facts;
}

async function embed(bytes: Buffer, told = toldOf()): Promise<Buffer> {
  const facts = await factsOf(bytes);
  const splice = spliceFor({ ...facts, ext: facts.format.ext }, bytes.subarray(0, headBytes), told);
  if (typeof splice === 'string') throw new Error(splice);
  return Buffer.concat([splice.before, bytes.subarray(splice.drop), splice.after]);
}

async function saved(name: string, bytes: Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'embed-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

test.each(files)('%s stays whole, of its size, and tells its request exactly', async (_, bytes) => {
  const embedded = await embed(bytes);
  const { width, height } = await factsOf(bytes);
  expect(await factsOf(embedded)).toMatchObject({ width, height, bytes: embedded.length });
  expect(embeddedRequest(embedded)).toEqual({ task_id: 'tsk_1', sandbox: false, request });
  expect(embeddedRequest(bytes)).toBeUndefined();
});

/** What exiftool tells of files, in their order. */
function exiftool(...words: string[]): Array<Record<string, unknown>> {
  return JSON.parse(execFileSync('exiftool', ['-json', '-G1', '-a', ...words], { encoding: 'utf8' }));
}

test.skipIf(!has('exiftool'))('exiftool reads what is embedded, without a warning', async () => {
  const paths = await Promise.all(files.map(async ([name, bytes]) => saved(name, await embed(bytes))));
  const before = exiftool('-warning', '-error', ...(await Promise.all(files.map((file) => saved(...file)))));
  const after = exiftool('-all', '-warning', '-error', ...paths);
  expect(after).toHaveLength(files.length);
  for (const [index, [name]] of files.entries()) {
    const read = after[index] ?? {};
    expect({ name, ...read }).toMatchObject({
      'XMP-dc:Description': request.prompt,
      'XMP-imagen:Model': 'imagen-4',
      'XMP-imagen:Seed': 7,
      'XMP-imagen:Task': 'tsk_1',
      ...(name.endsWith('.png') && { 'PNG:Prompt': request.prompt, 'PNG:Model': 'imagen-4' }),
    });
    const complaints = [before[index], read].map((told) => [told?.['ExifTool:Warning'], told?.['ExifTool:Error']]);
    expect({ name, complaints: complaints[1] }).toEqual({ name, complaints: complaints[0] });
  }
});

test.skipIf(!has('exiftool'))('the request is still there when exiftool has written the file anew', async () => {
  const paths = await Promise.all(files.map(async ([name, bytes]) => saved(name, await embed(bytes))));
  execFileSync('exiftool', ['-q', '-overwrite_original', '-XMP-dc:Title=edited', ...paths]);
  expect(exiftool('-XMP-dc:Title', ...paths).map((read) => read['XMP-dc:Title'])).toEqual(files.map(() => 'edited'));
  for (const path of paths) expect(await readEmbedded(path)).toEqual({ request, task: 'tsk_1', sandbox: false });
});

// ImageMagick 6 warns of any XMP in a WebP, that of exiftool too: its stderr does not count.
test.skipIf(!has('identify'))('ImageMagick finds the same pixels as before', async () => {
  for (const [name, bytes] of files) {
    const paths = [await saved(name, bytes), await saved(name, await embed(bytes))];
    const [before, after] = paths.map((path) =>
      execFileSync('identify', ['-format', '%# %wx%h\n', path], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    expect(before).toMatch(/^[0-9a-f]{64} \d+x\d+\n/);
    expect({ name, pixels: after }).toEqual({ name, pixels: before });
  }
});

test('any prompt comes back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (prompt) => {
      const told = toldOf(prompt);
      for (const bytes of [png, picture('baseline.jpg'), picture('lossy.webp')])
        expect(embeddedRequest(await embed(bytes, told))).toEqual(JSON.parse(told.request));
    }),
    { numRuns: 200 },
  );
});

test.each([
  [
    'a prompt that no JPEG segment holds',
    'baseline.jpg',
    toldOf('x'.repeat(40_000)),
    'the prompt is too long for a JPEG',
  ],
  ['XMP that is there already', 'extended.webp', toldOf(), 'it has XMP of its own'],
  ['a GIF', 'still.gif', toldOf(), 'a GIF cannot hold a prompt'],
  ['an AVIF', 'still.avif', toldOf(), 'a AVIF cannot hold a prompt'],
])('tells why nothing is embedded: %s', async (_, name, told, reason) => {
  const bytes = name === 'extended.webp' ? await embed(picture('lossy.webp')) : picture(name);
  await expect(embed(bytes, told)).rejects.toThrow(reason);
});
