// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what people forget to fill in
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runapiCliKey } from '../../src/settings/credentials.ts';
import type { Surroundings } from '../../src/world.ts';

/** A machine with one file, or with one that cannot be read. */
function machine(path: string, file: string | { code: string }, rest: Partial<Surroundings> = {}): Surroundings {
  return {
    env: {},
    platform: 'linux',
    home: '/home/u',
    readText(asked) {
      if (asked !== path) return undefined;
      if (typeof file === 'object') throw Object.assign(new Error('said by the disk'), file);
      return file;
    },
    ...rest,
  };
}

const path = '/home/u/.config/runapi/config.json';
const config = '{"api_key":"sk-1","base_url":"https://runapi.ai"}';

describe("where RunAPI's CLI keeps its key", () => {
  const all = { RUNAPI_CONFIG_DIR: '/r', XDG_CONFIG_HOME: '/x' };
  const windows = { platform: 'win32', home: 'C:\\Users\\u' } as const;
  it.each([
    [path, {}],
    ['/r/config.json', { env: all }],
    ['/x/runapi/config.json', { env: { XDG_CONFIG_HOME: '/x' } }],
    ['/x/runapi/config.json', { env: { ...all, RUNAPI_CONFIG_DIR: '' } }],
    ['/x/runapi/config.json', { env: { XDG_CONFIG_HOME: '/x' }, home: undefined }],
    [path, { env: { RUNAPI_CONFIG_DIR: '', XDG_CONFIG_HOME: '' } }],
    ['C:\\Users\\u\\.config\\runapi\\config.json', windows],
  ])('%s', (file, rest) => {
    expect(runapiCliKey(machine(file, config, rest))).toEqual({
      apiKey: 'sk-1',
      baseUrl: 'https://runapi.ai',
      source: `RunAPI CLI (${file})`,
      problems: [],
    });
  });

  it.each([
    ['the CLI was never set up', machine('/elsewhere', config)],
    ['there is no home folder', machine(path, config, { home: undefined })],
    ['the home folder is no folder', machine(path, { code: 'ENOTDIR' })],
  ])('says nothing where %s', (_, surroundings) => {
    expect(runapiCliKey(surroundings)).toBeUndefined();
  });
});

describe("the file of RunAPI's CLI", () => {
  const noObject = `${path} does not hold a JSON object`;
  const judge = 'holds a space, a control character or a letter outside ASCII: copy it again';
  const badUrl = `base_url in ${path} is not an address such as https://runapi.ai and was ignored`;
  it.each([
    ['a key alone', '{"api_key":" sk-1\\n"}', 'sk-1', undefined, []],
    ['a BOM', `\uFEFF${config}`, 'sk-1', 'https://runapi.ai', []],
    [
      'more than we know',
      '{"api_key":"sk-1","base_url":" http://[::1]:3000/v1 ","x":{}}',
      'sk-1',
      'http://[::1]:3000/v1',
      [],
    ],
    ['nothing', '{}', undefined, undefined, []],
    ['null', '{"api_key":null,"base_url":null}', undefined, undefined, []],
    ['a key logged out', '{"api_key":"","base_url":"https://runapi.ai"}', undefined, undefined, []],
    ['no URL to speak of', '{"api_key":"sk-1","base_url":""}', 'sk-1', undefined, []],
    ['a URL without a scheme', '{"api_key":"sk-1","base_url":"runapi.ai"}', 'sk-1', undefined, [badUrl]],
    ['a URL of numbers', '{"api_key":"sk-1","base_url":1}', 'sk-1', undefined, [badUrl]],
    ['a key of numbers', '{"api_key":1}', undefined, undefined, [`api_key in ${path} is not text`]],
    ['a key with quotes', '{"api_key":"\\"sk-1\\""}', 'sk-1', undefined, []],
    [
      'a placeholder',
      '{"api_key":"${RUNAPI_API_KEY}"}',
      undefined,
      undefined,
      [`the key in ${path} is a placeholder that was not filled in`],
    ],
    ['a key with a space', '{"api_key":"sk 1"}', undefined, undefined, [`the key in ${path} ${judge}`]],
    ['a key with a line break', '{"api_key":"sk\\n1"}', undefined, undefined, [`the key in ${path} ${judge}`]],
    ['a key with a dash from a PDF', '{"api_key":"sk–1"}', undefined, undefined, [`the key in ${path} ${judge}`]],
    ['broken JSON', '{"api_key":"sk-1"', undefined, undefined, [noObject]],
    ['a key and nothing else', 'sk-1', undefined, undefined, [noObject]],
    ['a list', '[]', undefined, undefined, [noObject]],
    ['a null', 'null', undefined, undefined, [noObject]],
    ['an empty file', '', undefined, undefined, [noObject]],
    ['brackets without end', '['.repeat(2 ** 20), undefined, undefined, [noObject]],
    ['UTF-16', '{\0"\0', undefined, undefined, [`${path} is not UTF-8 text: save it as UTF-8`]],
    ['too much', ' '.repeat(2 ** 20 + 1), undefined, undefined, [`${path} is larger than 1 MB and was skipped`]],
    ['unreadable', { code: 'EACCES' }, undefined, undefined, [`${path} cannot be read: permission denied`]],
  ])('%s', (_, file, apiKey, baseUrl, problems) => {
    expect(runapiCliKey(machine(path, file))).toMatchObject({ apiKey, baseUrl, problems });
  });

  it('never throws and never tells the key, whatever it holds', () => {
    const key = 'sk-7Q9XvPq2LmZt';
    const piece = fc.oneof(fc.string(), fc.constantFrom('{', '}', '"', ':', ',', '"api_key":', '"base_url":', key));
    const text = fc.array(piece).map((pieces) => pieces.join(''));
    const value = fc.oneof(fc.jsonValue(), text, fc.constantFrom(key, `${key} x`, `${key}é`, [key]));
    const shaped = fc.record({ api_key: value, base_url: value }).map((file) => JSON.stringify(file));
    fc.assert(
      fc.property(fc.oneof(text, shaped), (file) => {
        expect(runapiCliKey(machine(path, file))?.problems.join('\n')).not.toContain(key);
      }),
    );
  });
});
