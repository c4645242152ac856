import { expect, test } from 'vitest';
import { parseBody } from '../../src/request/body.ts';
import { imageRequest, parseRequests } from '../../src/request/request.ts';
import { flagSource, namedSource, requestSource, settingSource } from '../../src/request/sources.ts';

/** What flags, and settings below them, ask for, or what is wrong with them. */
function asked(flags: object, settings: object = {}): unknown {
  const problems: string[] = [];
  return parseRequests([flagSource(flags), settingSource(settings)], problems) ?? problems;
}

test.each([
  ['imagen-4 unless told otherwise', { prompt: 'x' }, [{ model: 'imagen-4', prompt: 'x' }]],
  [
    'a prompt without the space around it',
    { prompt: ' \n a  fox\n' },
    [{ model: 'imagen-4', prompt: 'a  fox' }],
  ],
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
    [
      {
        model: 'imagen-4',
        prompt: 'x',
        negativePrompt: 'blur',
        seed: -7,
        callbackUrl: 'https://x.test/done',
      },
    ],
  ],
  [
    'a picture for each model, seed and count',
    { prompt: 'x', model: 'fast,ultra', seed: '1,2', count: '2' },
    [1, 2].flatMap(() =>
      ['imagen-4-fast', 'imagen-4-ultra'].flatMap((model) =>
        [1, 2].map((seed) => ({ model, prompt: 'x', seed })),
      ),
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
    'a model that is misspelled',
    { prompt: 'x', model: 'fast,imagen4' },
    ['Invalid --model "imagen4": use imagen-4, imagen-4-fast or imagen-4-ultra; did you mean imagen-4?'],
  ],
  ['a model named like what every object has', { prompt: 'x', model: 'constructor' }, [expect.any(String)]],
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
    [
      'Invalid --ratio "auto": only imagen-4-fast supports auto; imagen-4-ultra supports 1:1, 16:9, 9:16, 3:4 and 4:3',
    ],
  ],
  [
    'everything at once, the ratio although no model is right',
    { prompt: '', model: 'gpt', ratio: '1:7', seed: '1.5,x', count: '0', negative: '', callbackUrl: 'me' },
    [
      '--prompt is empty',
      'Invalid --model "gpt": use imagen-4, imagen-4-fast or imagen-4-ultra',
      '--negative is empty',
      'Invalid --seed "1.5": use an integer',
      'Invalid --seed "x": use an integer',
      'Invalid --callback-url "me": use an http or https URL',
      'Invalid --count "0": use a whole number from 1 to 1000',
      'Invalid --ratio "1:7": imagen-4-fast supports 1:1, 16:9, 9:16, 3:4, 4:3 and auto; the nearest is 9:16',
    ],
  ],
  [
    'one seed twice',
    { prompt: 'x', seed: '7, 8, +7' },
    ['Invalid --seed "7,8,7": 7, given twice, would buy the same picture twice'],
  ],
  [
    'one model twice with a seed',
    { prompt: 'x', seed: '7', model: 'fast,Imagen-4-Fast' },
    [
      'Invalid --model "imagen-4-fast,imagen-4-fast": imagen-4-fast, given twice, would buy the same picture twice',
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
    ['Invalid --prompt {"a":1}: use text', 'Invalid --model true: use text'],
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
    settingSource({ model: 'gpt', ratio: '1:1' }),
  ];
  expect(parseRequests(sources, problems)).toBeUndefined();
  expect(problems.map((problem) => problem.split(/:| is/)[0]).sort()).toEqual([
    'Invalid --seed "x"',
    'Invalid aspect_ratio "7',
    'Invalid n "0"',
    'Invalid setting model "gpt"',
    'negative of --again tsk_1',
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
  ['with a short name for the model', { ...mug, model: 'fast' }, ['model']],
  ['with a model in capitals', { ...mug, model: 'Imagen-4' }, ['model']],
  ['with a seed in a text', { ...mug, seed: '7' }, ['seed']],
  ['with a ratio of another model', { ...mug, aspectRatio: 'auto' }, ['aspectRatio']],
  ['with several mistakes', { ...mug, prompt: ' ', aspectRatio: '2:1' }, ['prompt', 'aspectRatio']],
])('a request %s', (_, request, wrong) => {
  expect(imageRequest.safeParse(request).error?.issues.map(({ path }) => path[0]) ?? []).toEqual(wrong);
});

test.each([
  [
    'a request',
    { ...mug, aspect_ratio: '16:9', seed: 7, watermark: true },
    { request: { ...mug, aspectRatio: '16:9', seed: 7 } },
  ],
  [
    'what is wrong with each field, by its own name',
    { model: 'fast', prompt: ' ', aspect_ratio: '2:1', negative_prompt: [], seed: 1.5, callback_url: 'me' },
    {
      errors: {
        model: ['use imagen-4, imagen-4-fast or imagen-4-ultra; did you mean fast?'],
        prompt: ['must not be empty'],
        aspect_ratio: ['imagen-4-fast supports 1:1, 16:9, 9:16, 3:4, 4:3 and auto; the nearest is 16:9'],
        negative_prompt: [expect.any(String)],
        seed: ['use an integer'],
        callback_url: ['use an http or https URL'],
      },
    },
  ],
  ['that a list is none', [1], { errors: { model: [expect.any(String)], prompt: [expect.any(String)] } }],
])('reads in a body %s', (_, body, expected) => {
  expect(parseBody(body)).toEqual(expected);
});
