import fc from 'fast-check';
import { expect, test } from 'vitest';
import { safeFileName } from '../../src/image/file-name.ts';
import {
  defaultTemplate,
  type NameValues,
  parseTemplate,
  picturePath,
  renderTemplate,
} from '../../src/image/template.ts';

const values: NameValues = {
  prompt: 'mug with HELLO',
  task: 'tsk_abc123',
  model: 'imagen-4',
  ratio: '16:9',
  seed: 7,
  index: 1,
  date: '2026-02-03',
  ext: 'png',
};

test.each([
  [defaultTemplate, 'mug-with-hello-abc123.png'],
  ['{date}/{model}/{ratio}_{seed}_{index}.{ext}', '2026-02-03/imagen-4/16x9_7_1.png'],
  ['mug.png', 'mug.png'],
  ['mug.jpeg', 'mug.jpeg'],
  ['mug', 'mug.png'],
  ['v1.5', 'v1.5.png'],
  ['{seed}', '7.png'],
  ['pictures/', 'pictures/mug-with-hello-abc123.png'],
  ['.', './mug-with-hello-abc123.png'],
  ['../..', '../../mug-with-hello-abc123.png'],
  ['/', '/mug-with-hello-abc123.png'],
  ['/tmp//pictures/a.png', '/tmp/pictures/a.png'],
  ['../.cache/{prompt}.png', '../.cache/mug-with-hello.png'],
  ['C:\\pictures\\{seed}.png', 'C:/pictures/7.png'],
  ['\\\\server\\share\\{seed}.png', '//server/share/7.png'],
  ['{{{seed}}}.png', '{7}.png'],
  ['-{seed}: {index}?.png', '7- 1-.png'],
  ['a: b?.png', 'a: b?.png'],
])('%s is %s', (template, path) => {
  expect(renderTemplate(parseTemplate(template), values)).toBe(path);
});

test('says when ratio and seed were left to the service', () => {
  const left = { ...values, ratio: undefined, seed: undefined };
  expect(renderTemplate(parseTemplate('{ratio}-{seed}.png'), left)).toBe('default-random.png');
});

test.each([
  [defaultTemplate, ['prompt', 'task', 'ext']],
  ['{seed}-{seed}', ['seed', 'ext']],
  ['mug.png', []],
])('%s uses %j', (template, words) => {
  expect([...parseTemplate(template).words]).toEqual(words);
});

const list = 'words are {prompt} {task} {model} {ratio} {seed} {index} {date} {ext}';

test.each([
  ['{promt}.png', `unknown word {promt}; did you mean {prompt}? The ${list}`],
  ['{Seed}.png', `unknown word {Seed}; did you mean {seed}? The ${list}`],
  ['{name}.png', `unknown word {name}; the ${list}`],
  ['{}.png', `unknown word {}; the ${list}`],
  ['{constructor}.png', `unknown word {constructor}; the ${list}`],
  ['{prompt.png', 'write {{ for a literal {'],
  ['prompt}.png', 'write }} for a literal }'],
  [' ', 'use a file name or a template such as {prompt}-{task}.{ext}'],
  ['a\nb.png', 'leave out its control characters'],
])('refuses %j: %s', (template, message) => {
  expect(() => parseTemplate(template)).toThrow(expect.objectContaining({ code: 'validation', message }));
});

test('nothing that comes from outside adds a folder or an unsafe name', () => {
  const text = fc.string({ unit: 'binary' });
  const hostile = fc.oneof(text, fc.constantFrom('..', '/', '\\', '../../x', 'con', '.', '', '\0', 'C:'));
  const outside = fc.record({
    prompt: hostile,
    task: hostile,
    model: hostile,
    ratio: hostile,
    date: hostile,
    ext: hostile,
  });
  const template = parseTemplate('{model}/{date}/{ratio}/{prompt}/{task}/{ext}/{prompt}-{task}.{ext}');
  fc.assert(
    fc.property(outside, (words) => {
      const components = renderTemplate(template, { ...values, ...words }).split('/');
      expect(components).toHaveLength(7);
      for (const component of components) expect(safeFileName(component)).toBe(component);
    }),
  );
});

test.each([
  ['mug.webp', 0, 1, 'mug.png'],
  ['mug.png', 1, 1, 'mug-2.png'],
  ['mug.png', 1, 3, 'mug-2-3.png'],
  ['.bashrc.d/colours.sh', 0, 1, '.bashrc.d/colours.sh.png'],
  ['', 0, 2, 'mug-with-hello-abc123-2.png'],
])('%j for picture %i at attempt %i is %s', (output, picture, attempt, path) => {
  expect(picturePath({ output }, values, { picture, attempt })).toBe(path);
});
