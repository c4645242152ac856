import { expect, test } from 'vitest';
import { imageRequest, parseRequests } from '../../src/request/request.ts';
import { flagSource, namedSource, requestSource, settingSource } from '../../src/request/sources.ts';

/** What flags, and settings below them, ask for, or what is wrong with them. */
function asked(flags: object, settings: object = {}): unknown {
  const problems: string[] = [];
  return parseRequests([flagSource(flags), settingSource(settings)], problems) ?? problems;
}

test.each([
  ['imagen-4 unless told otherwise', { prompt: 'x' }, [{ model: 'imagen-4', prompt: 'x' }]],
  ['a prompt without the space around it', { prompt: ' \n a  fox\n' }, [{ model: 'imagen-4', prompt: 'a  fox' }]],
  [
    'models in any case and their short names',
    { prompt: 'x', model: 'Imagen-4-FAST, Ultra' },
    [
      { model: 'imagen-4-fast', prompt: 'x' },
      { model: 'imagen-4-ultra', prompt: 'x' },
    ],
  ],
  [
    'AUTO for the fast model',
    { prompt: 'x', ratio: 'AUTO', model: 'fast' },
    [{ model: 'imagen-4-fast', prompt: 'x', aspectRatio: 'auto' }],
  ],
  [
    'all fields',
    { prompt: 'x', negative: ' blur ', seed: -7, callbackUrl: 'https://x.test/done' },
    [{ model: 'imagen-4', prompt: 'x', negativePrompt: 'blur', seed: -7, callbackUrl: 'https://x.test/done' }],
  ],
  [
    'any other model, with values as they are',
    { prompt: 'x', model: 'constructor', ratio: '4x5', resolution: '9k', format: 'TIFF', quality: 'best' },
    [{ model: 'constructor', prompt: 'x', aspectRatio: '4:5', resolution: '9k', format: 'TIFF', quality: 'best' }],
  ],
  [
    'further fields by their types',
    { prompt: 'x', model: 'wan', set: ['a=1', 'b=true', 'c=TURBO', 'd=[1,"x"]', 'e="7"', 'f=null', 'g=a=b'] },
    [{ model: 'wan', prompt: 'x', set: { a: 1, b: true, c: 'TURBO', d: [1, 'x'], e: '7', f: null, g: 'a=b' } }],
  ],
  [
    'pictures for imagen-4 under the name of its remix, with any ratio',
    { prompt: 'x', image: ['mug.png', 'https://x.test/a,b.png'], ratio: '21:9', resolution: '2k' },
    [
      {
        model: 'imagen-4-pro-remix-image',
        prompt: 'x',
        images: ['mug.png', 'https://x.test/a,b.png'],
        aspectRatio: '21:9',
        resolution: '2k',
      },
    ],
  ],
  [
    'a picture for each model, seed and count',
    { prompt: 'x', model: 'fast,ultra', seed: '1,2', count: '2' },
    [1, 2].flatMap(() =>
      ['imagen-4-fast', 'imagen-4-ultra'].flatMap((model) => [1, 2].map((seed) => ({ model, prompt: 'x', seed }))),
    ),
  ],
])('takes %s', (_, flags, requests) => {
  expect(asked(flags)).toEqual(requests);
});

test.each(['16:9', '16x9', '16/9', '16X9', ' 16:9 '])('takes the ratio %j', (ratio) => {
  expect(asked({ prompt: 'x', ratio })).toEqual([{ model: 'imagen-4', prompt: 'x', aspectRatio: '16:9' }]);
});

test.each([
  ['no prompt', {}, ['--prompt is missing']],
  ['a prompt of space', { prompt: ' \n' }, ['--prompt is empty']],
  [
    'what is no name of a model',
    { prompt: 'x', model: 'fast,a model' },
    ['Invalid --model "a model": use a name such as imagen-4; the command models lists all'],
  ],
  [
    'a ratio between others',
    { prompt: 'x', ratio: '2:1' },
    ['Invalid --ratio "2:1": imagen-4 supports 1:1, 16:9, 9:16, 3:4 and 4:3; the nearest is 16:9'],
  ],
  [
    'a tall one',
    { prompt: 'x', ratio: '2x3' },
    ['Invalid --ratio "2:3": imagen-4 supports 1:1, 16:9, 9:16, 3:4 and 4:3; the nearest is 3:4'],
  ],
  [
    'a ratio in words',
    { prompt: 'x', ratio: 'atuo', model: 'fast' },
    ['Invalid --ratio "atuo": imagen-4-fast supports 1:1, 16:9, 9:16, 3:4, 4:3 and auto'],
  ],
  [
    'auto for a model that takes none',
    { prompt: 'x', ratio: 'auto', model: 'fast,ultra' },
    ['Invalid --ratio "auto": only imagen-4-fast supports auto; imagen-4-ultra supports 1:1, 16:9, 9:16, 3:4 and 4:3'],
  ],
  [
    'everything at once, the ratio although no model is right',
    { prompt: '', model: '?', ratio: '1:7', seed: '1.5,x', count: '0', negative: '', callbackUrl: 'me' },
    [
      '--prompt is empty',
      'Invalid --model "?": use a name such as imagen-4; the command models lists all',
      '--negative is empty',
      'Invalid --seed "1.5": use an integer',
      'Invalid --seed "x": use an integer',
      'Invalid --callback-url "me": use an http or https URL',
      'Invalid --count "0": use a whole number from 1 to 1000',
      'Invalid --ratio "1:7": Imagen 4 supports 1:1, 16:9, 9:16, 3:4 and 4:3, and auto with imagen-4-fast; the nearest is 9:16',
    ],
  ],
  [
    'for Imagen what it does not take',
    { prompt: 'x', model: 'fast', resolution: '2k', format: 'png' },
    [
      '--resolution is not for imagen-4-fast: leave it out, or choose another model',
      '--format is not for imagen-4-fast: leave it out, or choose another model',
    ],
  ],
  [
    'pictures for a model of Imagen that takes none',
    { prompt: 'x', model: 'ultra', image: ['mug.png'] },
    [
      'Invalid --model "imagen-4-ultra": it takes no pictures; use imagen-4, which means imagen-4-pro-remix-image, or another of the command models',
    ],
  ],
  [
    'further fields that have a flag, or no value',
    { prompt: 'x', model: 'wan', set: ['prompt=y'] },
    [expect.stringMatching(/^Invalid --set \["prompt=y"\]: use key=value/)],
  ],
  [
    'one seed twice',
    { prompt: 'x', seed: '7, 8, +7' },
    ['Invalid --seed "7,8,7": 7 is given twice and would buy the same picture twice'],
  ],
  [
    'one model twice with a seed',
    { prompt: 'x', seed: '7', model: 'fast,Imagen-4-Fast' },
    [
      'Invalid --model "imagen-4-fast,imagen-4-fast": imagen-4-fast is given twice and would buy the same picture twice',
    ],
  ],
  [
    'too many pictures, multiplied out',
    { prompt: 'x', model: 'fast,ultra', seed: '1,2,3', count: '167' },
    ['1002 pictures are too many at once: the limit is 1000'],
  ],
  [
    'what is no text',
    { prompt: { a: 1 }, model: true },
    [
      'Invalid --prompt {"a":1}: use text',
      'Invalid --model true: use a name such as imagen-4; the command models lists all',
    ],
  ],
])('refuses %s', (_, flags, problems) => {
  expect(asked(flags)).toEqual(problems);
});

test('a problem names the place that the value comes from', () => {
  const problems: string[] = [];
  const row = { Prompt: 'x', n: '0' };
  const names = { prompt: 'Prompt', count: 'n' };
  const tool = { aspect_ratio: '7:1' };
  const sources = [
    namedSource(row, names),
    namedSource(tool, { aspectRatio: 'aspect_ratio' }),
    flagSource({ seed: 'x', prompt: '' }),
    requestSource({ negativePrompt: ' ' }, '--again tsk_1'),
    settingSource({ model: '?', ratio: '1:1' }),
  ];
  expect(parseRequests(sources, problems)).toBeUndefined();
  expect(problems.map((problem) => problem.split(/:| is/)[0]).sort()).toEqual([
    'Invalid --seed "x"',
    'Invalid aspect_ratio "7',
    'Invalid n "0"',
    'Invalid setting model "?"',
    'negative of --again tsk_1',
  ]);
});

test('settings of one model count for its pictures alone, and less than a flag', () => {
  const settings = { ratio: '1:1', 'models.nano-banana-2.ratio': '4:5', 'models.nano-banana-2.resolution': '2k' };
  expect(asked({ prompt: 'x', model: 'imagen-4,nano-banana-2' }, settings)).toEqual([
    { model: 'imagen-4', prompt: 'x', aspectRatio: '1:1' },
    { model: 'nano-banana-2', prompt: 'x', aspectRatio: '4:5', resolution: '2k' },
  ]);
  expect(asked({ prompt: 'x', model: 'nano-banana-2', ratio: '3:2' }, settings)).toEqual([
    { model: 'nano-banana-2', prompt: 'x', aspectRatio: '3:2', resolution: '2k' },
  ]);
});

test.each([
  ['a flag before a setting', { prompt: 'x', model: 'fast' }, { model: 'ultra' }, 'imagen-4-fast'],
  ['a setting where there is no flag', { prompt: 'x' }, { model: 'ultra' }, 'imagen-4-ultra'],
])('counts %s', (_, flags, settings, model) => {
  expect(asked(flags, settings)).toEqual([{ model, prompt: 'x' }]);
});

const mug = { model: 'imagen-4', prompt: 'a mug' };

test.each([
  ['as it is sent', { ...mug, aspectRatio: '16:9', seed: 7 }, []],
  ['of another model, whatever its ratio', { ...mug, model: 'flux-2-flex', aspectRatio: '7:1' }, []],
  ['with what is no name of a model', { ...mug, model: 'a model' }, ['model']],
  ['with a seed in a text', { ...mug, seed: '7' }, ['seed']],
  ['with a ratio of another model', { ...mug, aspectRatio: 'auto' }, ['aspectRatio']],
  ['with several mistakes', { ...mug, prompt: ' ', aspectRatio: '2:1' }, ['prompt', 'aspectRatio']],
])('a request %s', (_, request, wrong) => {
  expect(imageRequest.safeParse(request).error?.issues.map(({ path }) => path[0]) ?? []).toEqual(wrong);
});
