import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromJSONSchema } from 'zod';
import { manifestSchema } from '../../../src/commands/batch/manifest.ts';
import { fieldNamed } from '../../../src/commands/batch/row.ts';
import { readRows } from '../../../src/commands/batch/rows.ts';
import { newMachine, run } from '../../support/program.ts';

async function machineWith(text: string) {
  const machine = await newMachine();
  await writeFile(join(machine.folder, 'images.yaml'), text);
  return machine;
}

async function rowsOf(text: string) {
  const { folder } = await machineWith(text);
  const rows = [];
  const file = { path: join(folder, 'images.yaml'), shown: 'images.yaml', format: { kind: 'manifest' as const } };
  for await (const row of readRows(file, { variables: new Set(), ignored: new Set() })) rows.push(row);
  return rows;
}

test('makes a picture of each combination of the variables that it uses', async () => {
  const rows = await rowsOf(`
defaults:
  model: imagen-4-fast
  vars: {mood: [calm, wild], unused: [1, 2]}
pictures:
  - prompt: a {mood} {animal} in {{braces}}
    output: "{mood}/{animal}-{model}.png"
    vars: {animal: [fox, "blue whale"]}
  - {prompt: a mug, output: mug.png, model: [fast, ultra], seed: 7}
`);
  expect(rows.map(({ place, fields }) => [place, fields.prompt, fields.output, fields.model])).toEqual([
    ['line 6', 'a calm fox in {braces}', 'calm/fox-{model}.png', 'imagen-4-fast'],
    ['line 6', 'a calm blue whale in {braces}', 'calm/blue whale-{model}.png', 'imagen-4-fast'],
    ['line 6', 'a wild fox in {braces}', 'wild/fox-{model}.png', 'imagen-4-fast'],
    ['line 6', 'a wild blue whale in {braces}', 'wild/blue whale-{model}.png', 'imagen-4-fast'],
    ['line 9', 'a mug', 'mug.png', 'fast,ultra'],
  ]);
  expect(rows.flatMap(({ problems }) => problems)).toEqual([]);
});

test('takes every field of a request, and all that the schema names', async () => {
  const [row] = await rowsOf(`
pictures:
  - {prompt: a mug, output: mug.png, model: nano-banana, image: [a.png, b.png], set: {watermark: false}, ratio: "4:5",
     negative: text, resolution: 2k, format: png, quality: high, action: edit_image, count: 2, id: 7, seed: 1,
     callback_url: "https://example.com"}
`);
  expect(row).toMatchObject({ fields: { images: 'a.png\nb.png', set: '{"watermark":false}', count: '2', id: '7' } });
  expect(row?.problems).toEqual([]);
  const known = Object.keys(manifestSchema.shape.pictures.def.element.shape);
  expect(known.filter((name) => name !== 'vars' && fieldNamed(name) === undefined)).toEqual([]);
});

test.each([
  [
    'a misspelled list',
    'picture:\n  - {prompt: a fox, output: fox.png}\n',
    ['line 1: no field is named "picture"; did you mean pictures?'],
  ],
  [
    'a misspelled field',
    'pictures:\n  - output: fox.png\n    promt: a fox\n',
    ['line 3: no field is named "promt"; did you mean prompt?'],
  ],
  [
    'another name for a field',
    'pictures:\n  - {output: fox.png, prompt: a fox,\n     aspect_ratio: "1:1"}\n',
    ['line 3: no field is named "aspect_ratio"; write ratio.'],
  ],
  [
    'a field outside',
    'model: fast\npictures:\n  - {output: fox.png, prompt: a fox}\n',
    ['line 1: no field is named "model"; put it under defaults: or into a picture.'],
  ],
  ['no prompt', 'pictures:\n  - {output: fox.png}\n', ['line 2: prompt is missing.']],
  [
    'no output',
    'pictures:\n\n  - {prompt: a fox}\n',
    ['line 3: output is missing: name the file, such as output: fox.png.'],
  ],
  [
    'a picture that is a text',
    'pictures:\n  - a fox\n',
    ['line 2: Invalid pictures "a fox": use fields such as "prompt: a fox".'],
  ],
  [
    'an unknown variable',
    'pictures:\n  - prompt: a {animl}\n    output: "{animal}.png"\n    vars: {animal: [fox]}\n',
    [
      'line 2: no variable is named {animl}; did you mean animal?; add it to vars, or write {{animl}} for literal braces.',
    ],
  ],
  [
    'a variable that is not used',
    'pictures:\n  - {prompt: a fox, output: fox.png, vars: {animal: [fox, whale]}}\n',
    ['line 2: the variable animal is not used; write {animal} where its value belongs, or leave it out.'],
  ],
  [
    'a variable without values',
    'pictures:\n  - {prompt: "a {animal}", output: fox.png, vars: {animal: []}}\n',
    ['line 2: the variable animal has no values.'],
  ],
  [
    'one output for two',
    'pictures:\n  - {prompt: a fox, output: fox.png}\n  - {prompt: a vixen, output: Fox.jpg}\n',
    ['line 3: the output Fox is that of line 2, too: give each picture a file of its own.'],
  ],
  [
    'one output for a matrix',
    'pictures:\n  - {prompt: "a {animal}", output: a.png, vars: {animal: [fox, owl]}}\n',
    ['line 2: the output a is that of line 2, too: give each picture a file of its own.'],
  ],
  [
    'one output for several of one request',
    'pictures:\n  - {prompt: a fox, output: fox.png, count: 3}\n',
    [
      'line 2: the output fox is that of several pictures, which count makes: use seeds instead, such as seed 1,2 and output fox-{seed}.png.',
    ],
  ],
  [
    'an output outside the folder',
    'pictures:\n  - {prompt: a fox, output: ../fox.png}\n',
    ['line 2: Invalid output "../fox.png": it leaves the folder; name a file in it.'],
  ],
  [
    'an output that is another in each run',
    'pictures:\n  - {prompt: a fox, output: "{date}.png"}\n',
    [
      'line 2: the output {date}.png has {date}, which is not the same in each run; use {prompt}, {model}, {ratio} or {seed}.',
    ],
  ],
  [
    'a ratio that the model does not take',
    'pictures:\n  - {prompt: a fox, output: fox.png, ratio: "2:1"}\n',
    ['line 2: Invalid ratio "2:1": imagen-4 supports 1:1, 16:9, 9:16, 3:4 and 4:3; the nearest is 16:9.'],
  ],
  [
    'a list where a text belongs',
    'pictures:\n  - prompt:\n      - a fox\n    output: fox.png\n',
    ['line 2: Invalid prompt ["a fox"]: use text.'],
  ],
])('tells the line of %s and what to do', async (_, text, problems) => {
  const machine = await machineWith(text);
  const { stdout, stderr, exitCode } = await run(machine, ['batch', 'images.yaml', '--check', '--json']);
  const { error } = JSON.parse(stdout);
  expect({ problems: error.details, exitCode }).toEqual({ problems, exitCode: 4 });
  expect(stderr).toContain('images.yaml: one row is invalid');
});

test('tells the line where the YAML ends to be YAML', async () => {
  const machine = await machineWith('pictures:\n  - prompt: a fox\n   output: fox.png\n');
  const { stdout, stderr, exitCode } = await run(machine, ['batch', 'images.yaml', '--check']);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 4 });
  expect(stderr).toBe('error: images.yaml is not valid YAML (line 3)\nCorrect the YAML, or check it in an editor');
});

test('prints a JSON Schema for editors, the same that is in the package', async () => {
  const machine = await newMachine();
  const { stdout, stderr, exitCode } = await run(machine, ['batch', '--schema']);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  const schema = JSON.parse(stdout);
  expect(schema).toMatchObject({ required: ['pictures'], additionalProperties: false });
  const packed = await import('../../../dist/manifest.schema.json', { with: { type: 'json' } });
  expect(packed.default).toEqual(schema);
  const validator = fromJSONSchema(schema);
  const accepts = (pictures: unknown): boolean => validator.safeParse({ pictures }).success;
  const right = { prompt: 'a {animal}', output: 'a.png', seed: [1, 2], vars: { animal: ['fox', 'owl'] } };
  expect(accepts([right])).toBe(true);
  expect([[{ ...right, promt: 'a' }], [{ ...right, seed: true }], ['a fox'], right].map(accepts)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
