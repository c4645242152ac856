// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these variables are Hermes', not TypeScript's
import { describe, expect, it } from 'vitest';
import { hermesKey } from '../../src/hermes/key.ts';
import { machine } from './surroundings.ts';

const home = '/home/u/.hermes';
const config = `${home}/config.yaml`;
const dotenv = `${home}/.env`;
const url = 'https://runapi.ai/v1';
const inEnv = `${dotenv}`;

/** What Hermes' home says: `config.yaml`, `.env`, and the shell around it. */
function found(yaml: string, env = '', shell: Record<string, string> = {}) {
  return hermesKey(machine({ [config]: yaml, [dotenv]: env }, { env: shell }));
}

const list = (...fields: string[]) => `custom_providers:\n  - ${fields.join('\n    ')}\n`;
const map = (...fields: string[]) => `providers:\n  runapi:\n    ${fields.join('\n    ')}\n`;
const guide = list('name: runapi', `base_url: "${url}"`, 'key_env: RUNAPI_API_KEY', 'api_mode: chat_completions');

describe('a Hermes set-up by the guide', () => {
  it('gives the key, the base URL and where they are from', async () => {
    const model = 'model:\n  provider: custom:runapi\n  default: gpt-5.2\n';
    expect(await found(guide + model, 'RUNAPI_API_KEY=sk-1\n')).toEqual({
      apiKey: 'sk-1',
      baseUrl: url,
      source: `Hermes Agent (provider runapi in ${config}, key from RUNAPI_API_KEY in ${inEnv})`,
      problems: [],
      home,
      profile: undefined,
      provider: { name: 'runapi', form: 'list', baseUrl: url },
      differs: [],
    });
  });

  it('gives the same from the map form of newer configs', async () => {
    const yaml = `_config_version: 12\nproviders:\n  runapi: {name: RunAPI, api: "${url}", key_env: MY_VAR, transport: chat_completions, default_model: gpt-5.2}\n`;
    expect(await found(yaml, '', { MY_VAR: 'sk-1' })).toMatchObject({
      apiKey: 'sk-1',
      baseUrl: url,
      source: `Hermes Agent (provider runapi in ${config}, key from MY_VAR in the environment)`,
      provider: { name: 'RunAPI', form: 'map', baseUrl: url },
    });
  });

  it.each([
    ['the list', list('name: runapi', 'api: https://c.runapi.ai', 'url: https://b.runapi.ai', `base_url: ${url}`)],
    ['the map', map('base_url: https://c.runapi.ai', 'url: https://b.runapi.ai', `api: ${url}`)],
  ])('gives the one of several URLs that Hermes takes from %s', async (_, yaml) => {
    expect(await found(yaml, 'RUNAPI_API_KEY=sk-1')).toMatchObject({ baseUrl: url });
  });

  it('gives the key beside values of which the type is written', async () => {
    const typed = 'agent: {turns: !!int "90", since: !!timestamp 2026-01-02, icon: !!binary aWNvbg==}\n';
    expect(await found(guide + typed, 'RUNAPI_API_KEY=sk-1')).toMatchObject({ apiKey: 'sk-1', problems: [] });
  });

  it('gives that of the active profile alone', async () => {
    const files = { [`${home}/active_profile`]: 'work\n', [config]: guide, [dotenv]: 'RUNAPI_API_KEY=sk-root' };
    const work = `${home}/profiles/work`;
    const both = { ...files, [`${work}/config.yaml`]: guide, [`${work}/.env`]: 'RUNAPI_API_KEY=sk-work' };
    expect(await hermesKey(machine(both))).toMatchObject({ apiKey: 'sk-work', home: work, profile: 'work' });
    expect(await hermesKey(machine(files))).toMatchObject({
      apiKey: undefined,
      home: work,
      problems: [`${work}/config.yaml does not exist, though ${home}/active_profile names that profile`],
    });
  });

  it('gives the root its word where the active profile is nonsense', async () => {
    const files = { [`${home}/active_profile`]: '../x', [config]: guide, [dotenv]: 'RUNAPI_API_KEY=sk-1' };
    expect(await hermesKey(machine(files))).toMatchObject({
      apiKey: 'sk-1',
      problems: [`${home}/active_profile does not name a profile`],
    });
  });

  it('works in a Windows home', async () => {
    const root = 'C:\\Users\\u\\AppData\\Local\\hermes';
    const files = {
      [`${root}\\config.yaml`]: guide.replaceAll('\n', '\r\n'),
      [`${root}\\.env`]: '\uFEFFRUNAPI_API_KEY="sk-1"\r\n',
    };
    const windows = { platform: 'win32', home: 'C:\\Users\\u' } as const;
    expect(await hermesKey(machine(files, windows))).toMatchObject({ apiKey: 'sk-1', baseUrl: url, home: root });
  });

  it.each([
    ['where there is no Hermes', machine({})],
    ['where the home folder is unknown', machine({}, { home: undefined })],
    ['where the home folder is no folder', machine({ [config]: { code: 'ENOTDIR' } })],
    ['where there is only its .env', machine({ [dotenv]: 'RUNAPI_API_KEY=sk-1' })],
  ])('says nothing %s', async (_, surroundings) => {
    expect(await hermesKey(surroundings)).toBeUndefined();
  });
});

describe('which provider is RunAPI', () => {
  const other = 'https://other.example/v1';
  const key = 'api_key: sk-1';
  const inList = (fields: string) => `custom_providers:\n  - {${fields}, ${key}}\n`;
  const inMap = (name: string, fields: string) => `providers: {${name}: {${fields}, ${key}}}\n`;
  const circle = `a: &a\n  b: *a\n${inList(`name: runapi, url: "${other}"`)}`;
  const merged = `x: &x {base_url: "${other}"}\ncustom_providers: [{<<: *x, name: runapi, ${key}}]`;
  it.each([
    ['the name', inList(`name: runapi, base_url: "${other}"`), 'sk-1'],
    ['the name in capitals', inList(`name: RunAPI, base_url: "${other}"`), 'sk-1'],
    ['the name with white space', inList(`name: " RUNAPI ", base_url: "${other}"`), 'sk-1'],
    ['the name as a model refers to it', inList(`name: custom:RunAPI, base_url: "${other}"`), 'sk-1'],
    ['the name from a variable', inList(`name: "\${NAME}", base_url: "${other}"`), 'sk-1'],
    ['another name', inList(`name: runapi-2, base_url: "${other}"`), undefined],
    ['two words', inList(`name: run api, base_url: "${other}"`), undefined],
    ['no name', inList(`base_url: "${other}"`), undefined],
    ['the key of the map', inMap('RunAPI', `name: Pictures, api: "${other}"`), 'sk-1'],
    ['the name in the map', inMap('pictures', `name: RunAPI, api: "${other}"`), 'sk-1'],
    ['the host', inList('name: x, base_url: "https://runapi.ai/v1"'), 'sk-1'],
    ['the host without a name', inList('base_url: "https://runapi.ai"'), 'sk-1'],
    ['the host in capitals', inList('name: x, base_url: "HTTPS://RunAPI.ai./v1"'), 'sk-1'],
    ['a host under it', inMap('x', 'url: "https://eu.api.runapi.ai:8443/v1"'), 'sk-1'],
    ['a host that ends alike', inList('name: x, base_url: "https://evilrunapi.ai/v1"'), undefined],
    ['a host that begins alike', inList('name: x, base_url: "https://runapi.ai.evil.example"'), undefined],
    ['a user who is called so', inList('name: x, base_url: "https://runapi.ai@evil.example"'), undefined],
    ['a path that is called so', inList('name: x, base_url: "https://evil.example/runapi.ai"'), undefined],
    ['the host from a variable', inMap('x', 'base_url: "https://${env:HOST}/v1"'), 'sk-1'],
    ['a bare variable', inList('name: x, base_url: "https://$HOST/v1"'), undefined],
    ['the URL under url', inList(`name: runapi, url: "${other}"`), 'sk-1'],
    ['the URL under api', inList(`name: runapi, api: "${other}"`), 'sk-1'],
    ['the URL under baseUrl', inList(`name: runapi, baseUrl: "${other}"`), 'sk-1'],
    ['the second URL where the first is none', inList(`name: runapi, base_url: runapi, url: "${other}"`), 'sk-1'],
    ['no URL', inList('name: runapi'), undefined],
    ['a URL without a scheme', inList('name: runapi, base_url: runapi.ai/v1'), undefined],
    ['a URL without a host', inList('name: runapi, base_url: "https://"'), undefined],
    ['a URL without slashes', inList('name: runapi, base_url: "https:runapi.ai"'), undefined],
    ['a URL of another kind', inList('name: runapi, base_url: "ftp://runapi.ai"'), undefined],
    ['a URL that is no text', inList('name: runapi, base_url: [a]'), undefined],
    ['a URL with a variable set nowhere', inList('name: runapi, base_url: "https://${UNSET}"'), undefined],
    ['enabled: false', inList(`name: runapi, enabled: false, base_url: "${other}"`), undefined],
    ['enabled: no, as PyYAML reads it', inMap('runapi', `enabled: no, api: "${other}"`), undefined],
    ['enabled: true', inMap('runapi', `enabled: true, api: "${other}"`), 'sk-1'],
    ['custom_providers as a map', `custom_providers: {runapi: {base_url: "${url}", ${key}}}`, undefined],
    ['providers as a list', `providers: [{name: runapi, base_url: "${url}", ${key}}]`, undefined],
    ['an entry of text', 'custom_providers: [runapi]', undefined],
    ['an entry of nothing', 'providers: {runapi: }', undefined],
    ['a merge key', merged, 'sk-1'],
    ['a file that names itself', circle, 'sk-1'],
    ['the second of two that are called alike', `custom_providers: []\n${inList(`url: "${url}"`)}`, 'sk-1'],
    ['a list behind a map of others', `${inMap('x', `api: "${other}"`)}${inList(`url: "${url}"`)}`, 'sk-1'],
  ])('%s', async (_, yaml, apiKey) => {
    expect((await found(yaml, 'NAME=RunAPI\nHOST=runapi.ai'))?.apiKey).toBe(apiKey);
  });

  it.each([
    ['list before map', `${map(`api: ${other}`, 'api_key: sk-map')}${list('name: runapi', `url: ${other}`, key)}`],
    [
      'name before host',
      `providers:\n  x: {api: "${url}", api_key: sk-x}\n${list('name: runapi', `url: ${other}`, key)}`,
    ],
    [
      'the next one where the first has no key',
      `${list('name: runapi', `url: ${url}`, 'key_env: UNSET')}${map(`api: ${url}`, key)}`,
    ],
    [
      'the next one where the first is off',
      `${list('name: runapi', `url: ${url}`, 'enabled: false', 'api_key: sk-off')}${map(`api: ${url}`, key)}`,
    ],
  ])('%s', async (_, yaml) => {
    expect(await found(yaml)).toMatchObject({ apiKey: 'sk-1', problems: [] });
  });
});

describe('the key of a provider', () => {
  const env = 'MY_VAR=sk-var\nRUNAPI_API_KEY=sk-default\nBLANK=\nQUOTED="sk-quoted" # mine\nOPEN="sk\nREF=${MY_VAR}';
  const named = ['name: runapi', `base_url: ${url}`];
  it.each([
    ['list: key_env', list(...named, 'key_env: MY_VAR'), 'sk-var'],
    ['list: api_key_env', list(...named, 'api_key_env: MY_VAR'), 'sk-var'],
    ['list: keyEnv', list(...named, 'keyEnv: MY_VAR'), 'sk-var'],
    ['list: quotes in .env', list(...named, 'key_env: QUOTED'), 'sk-quoted'],
    ['list: api_key', list(...named, 'api_key: sk-inline'), 'sk-inline'],
    ['list: apiKey', list(...named, 'apiKey: sk-inline'), 'sk-inline'],
    ['list: both', list(...named, 'api_key: sk-inline', 'key_env: MY_VAR'), 'sk-inline'],
    ['list: api_key blank', list(...named, 'api_key: ""', 'key_env: MY_VAR'), 'sk-var'],
    ['list: api_key of nothing', list(...named, 'api_key:', 'key_env: MY_VAR'), 'sk-var'],
    ['list: neither', list(...named), 'sk-default'],
    ['list: NO, which is false in YAML 1.1', list(...named, 'key_env: NO'), 'sk-default'],
    ['map: both', map(`api: ${url}`, 'api_key: sk-inline', 'key_env: MY_VAR'), 'sk-inline'],
    ['map: keyEnv', map(`api: ${url}`, 'keyEnv: MY_VAR'), 'sk-var'],
    ['map: api_key_env, which Hermes ignores', map(`api: ${url}`, 'api_key_env: MY_VAR'), 'sk-default'],
    ['list: key_env is set nowhere', list(...named, 'key_env: UNSET'), 'sk-default'],
    ['list: api_key with a space', list(...named, 'api_key: sk 1'), 'sk-default'],
    ['list: a number', list(...named, 'api_key: 12345678901234567890'), '12345678901234567890'],
    ['list: letters outside ASCII, which Hermes removes', list(...named, 'api_key: sk–1é'), 'sk1'],
    ['list: quotes within quotes', list(...named, `api_key: '"sk-inline"'`), 'sk-inline'],
    ['list: null as text', list(...named, 'api_key: "null"', 'key_env: MY_VAR'), 'sk-var'],
    ['list: only quotes', list(...named, `api_key: '""'`), 'sk-default'],
    ['list: a variable that is not filled in', list(...named, 'api_key: $MY_VAR'), 'sk-default'],
    ['list: a variable of .env that names another', list(...named, 'key_env: REF'), 'sk-var'],
    ['map: key_env is set nowhere', map(`api: ${url}`, 'api_key: sk-inline', 'key_env: UNSET'), 'sk-inline'],
    ['map: key_env blank in .env', map(`api: ${url}`, 'api_key: sk-inline', 'key_env: BLANK'), 'sk-inline'],
    ['map: api_key alone', map(`api: ${url}`, 'api_key: sk-inline'), 'sk-inline'],
    ['map: neither', map(`api: ${url}`), 'sk-default'],
    ['list: ${VAR}', list(...named, 'api_key: ${MY_VAR}'), 'sk-var'],
    ['list: ${env:VAR}', list(...named, 'api_key: "${env:MY_VAR}"'), 'sk-var'],
    ['list: ${VAR} inside', list(...named, 'api_key: "x-${MY_VAR}-${env:MY_VAR}"'), 'x-sk-var-sk-var'],
    ['list: ${VAR} set nowhere', list(...named, 'api_key: ${UNSET}', 'key_env: MY_VAR'), 'sk-var'],
    ['list: ${VAR} set nowhere, alone', list(...named, 'api_key: ${UNSET}'), 'sk-default'],
    ['list: a variable that names one', list(...named, 'key_env: "${UNSET}"'), 'sk-default'],
    ['trimmed', list(...named, 'api_key: "  sk-inline\\n"'), 'sk-inline'],
    ['unknown fields do no harm', list(...named, 'api_key: sk-inline', 'models: {a: {}}', 'x: [1]'), 'sk-inline'],
    ['key_cmd of nothing', list(...named, 'key_cmd: ""', 'api_key: sk-inline'), 'sk-inline'],
  ])('%s', async (_, yaml, apiKey) => {
    expect(await found(yaml, env)).toMatchObject({ apiKey, baseUrl: url });
  });

  const where = `provider runapi in ${config}`;
  const judge = 'holds a space, a control character or a letter outside ASCII: copy it again';
  const notSet = `is set neither in the environment nor in ${inEnv}`;
  it.each([
    ['key_env: NO_KEY', `NO_KEY, the variable that ${where} names, ${notSet}`],
    [
      'key_env: BLANK',
      `BLANK, the variable that ${where} names, is empty in ${inEnv}, or names a variable that is not set`,
    ],
    [
      'key_env: OPEN',
      `OPEN, the variable that ${where} names, cannot be read from line 5 of ${inEnv}: are its quotes closed?`,
    ],
    ['key_env: sk-abc', `key_env of ${where} must be the name of a variable that is set, not the key itself`],
    ['key_env: A1B2C3D4', `key_env of ${where} must be the name of a variable that is set, not the key itself`],
    ['key_env: constructor', `key_env of ${where} must be the name of a variable that is set, not the key itself`],
    ['key_env: [A]', `key_env of ${where} is not the name of a variable that is set`],
    ['api_key: [sk-1]', `api_key of ${where} is not text: put it in quotes`],
    ['api_key: sk 1', `the key in api_key of ${where} ${judge}`],
    ['api_key: "sk\\n1"', `the key in api_key of ${where} ${judge}`],
    ['api_key: "sk\\x001"', `the key in api_key of ${where} ${judge}`],
    ['api_key: https://runapi.ai', `the key in api_key of ${where} is an address`],
    [
      'key_cmd: pass show runapi',
      `${where} gets its key from a command (key_cmd), which is not run: set RUNAPI_API_KEY or run: runapi-imagen config set api-key`,
    ],
  ])('is missing with "%s", which is told', async (field, problem) => {
    const told = await found(list(...named, field), env.replace('RUNAPI_API_KEY=sk-default', ''));
    expect(told).toMatchObject({ apiKey: undefined, baseUrl: undefined, source: `Hermes Agent (${config})` });
    expect(told?.problems.at(0)).toBe(problem);
    expect(told?.provider).toEqual({ name: 'runapi', form: 'list', baseUrl: url });
  });

  it('is told without the name of a provider, which could be anything', async () => {
    const told = await found(list('name: sk-1', `base_url: ${url}`, 'key_env: UNSET'));
    expect(told?.problems).toEqual([
      `UNSET, the variable that the provider at runapi.ai in ${config} names, ${notSet}`,
    ]);
    expect(told?.provider?.name).toBe('sk-1');
  });

  it('is not taken from beside a key_cmd', async () => {
    const yaml = map(`api: ${url}`, 'key_cmd: pass show runapi', 'api_key: sk-1', 'key_env: MY_VAR');
    expect((await found(yaml, env))?.apiKey).toBeUndefined();
  });

  it('tells every reason, and names RUNAPI_API_KEY where that was looked for', async () => {
    expect((await found(list(...named, 'api_key: ${UNSET}')))?.problems).toEqual([
      `api_key of ${where} names a variable that is not set`,
      `RUNAPI_API_KEY, the variable that ${where} names, ${notSet}`,
    ]);
  });
});

describe('a key that was not filled in', () => {
  const both = (shell: string) => found(guide, 'RUNAPI_API_KEY=sk-good', { RUNAPI_API_KEY: shell });

  it.each(['${RUNAPI_API_KEY}', '$RUNAPI_API_KEY', '%RUNAPI_API_KEY%', '""', "' '", 'null', '<your key>'])(
    'in the shell (%s) gives way to that of .env',
    async (shell) => {
      expect(await both(shell)).toMatchObject({ apiKey: 'sk-good', problems: [] });
    },
  );

  it('in another variable is told with the key that was found', async () => {
    const yaml = list('name: runapi', `base_url: ${url}`, 'api_key: "null"', 'key_env: MY_VAR');
    expect(await found(yaml, 'MY_VAR=sk-good', { MY_VAR: '${MY_VAR}' })).toMatchObject({
      apiKey: 'sk-good',
      problems: [
        `the key in api_key of provider runapi in ${config} is the word null`,
        'the key in MY_VAR (the environment) is a placeholder that was not filled in',
      ],
    });
  });

  it('loses the quotes that docker --env-file leaves around it', async () => {
    expect(await found(guide, '', { RUNAPI_API_KEY: '"sk-1"' })).toMatchObject({ apiKey: 'sk-1' });
    expect(await found(guide, 'RUNAPI_API_KEY=sk-1', { RUNAPI_API_KEY: "'sk-1'" })).toMatchObject({ differs: [] });
  });
});

describe('the shell and .env', () => {
  it.each([
    ['the shell wins and the difference is told', 'sk-env', 'sk-shell', 'sk-shell', ['RUNAPI_API_KEY']],
    ['equal ones are no difference', 'sk-1', ' sk-1 ', 'sk-1', []],
    ['a blank one in the shell counts as not set', 'sk-env', ' ', 'sk-env', []],
    ['a blank one in .env is no difference', '', 'sk-shell', 'sk-shell', []],
  ])('%s', async (_, env, shell, apiKey, differs) => {
    const told = await found(guide, `RUNAPI_API_KEY=${env}`, { RUNAPI_API_KEY: shell });
    expect(told).toMatchObject({ apiKey, differs, problems: [] });
  });

  it('differ only where it matters', async () => {
    const told = await found(guide, 'RUNAPI_API_KEY=sk-1\nOTHER=a', { OTHER: 'b' });
    expect(told).toMatchObject({ apiKey: 'sk-1', differs: [] });
  });

  it('may differ in a variable inside a text', async () => {
    const yaml = list('name: runapi', `base_url: ${url}`, 'api_key: ${MY_VAR}');
    expect(await found(yaml, 'MY_VAR=a', { MY_VAR: 'b' })).toMatchObject({ apiKey: 'b', differs: ['MY_VAR'] });
  });
});

describe('a file that is wrong', () => {
  const long = '#'.repeat(2 ** 20 + 1);
  const bomb = `a0: &a0 [x, x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join('\n')}`;
  const noMap = 'does not hold a map of settings';
  it.each([
    ['broken YAML', 'a: 1\nproviders:\n\trunapi: x', 'is not valid YAML (line 3)'],
    ['an open quote', `${guide}x: "abc`, 'is not valid YAML (line 6)'],
    ['a list', '- a', noMap],
    ['a number', '12', noMap],
    ['text', 'sk-1', noMap],
    ['null', '~', noMap],
    ['empty', '', noMap],
    ['only comments', '# none\n', noMap],
    ['an alias bomb', bomb, 'has too many aliases'],
    ['an alias without its anchor', 'a: *b', 'is not valid YAML (line 1)'],
    ['3000 brackets, which end V8', '['.repeat(3000) + ']'.repeat(3000), 'is not valid YAML (line 1)'],
    ['a megabyte of brackets', '['.repeat(2 ** 20), 'is not valid YAML (line 1)'],
    ['dashes without end', '- '.repeat(2 ** 19), 'is not valid YAML (line 1)'],
    ['larger than 1 MB', long, 'is larger than 1 MB and was skipped'],
    ['UTF-16', Buffer.from(`\uFEFF${guide}`, 'utf16le').toString('utf8'), 'is not UTF-8 text: save it as UTF-8'],
    ['binary', '\x7fELF\0\x01', 'is not UTF-8 text: save it as UTF-8'],
    ['unreadable', { code: 'EACCES' }, 'cannot be read: permission denied'],
    ['a circle of links', { code: 'ELOOP' }, 'cannot be read (ELOOP)'],
  ])('config.yaml: %s', async (_, content, problem) => {
    const told = await hermesKey(machine({ [config]: content, [dotenv]: 'RUNAPI_API_KEY=sk-1' }));
    expect(told).toMatchObject({ apiKey: undefined, problems: [`${config} ${problem}`] });
  });

  it.each([
    ['switched off', map(`api: ${url}`, 'enabled: false'), 'has the provider runapi switched off (enabled: false)'],
    ['no URL', list('name: runapi'), 'has a provider runapi without a base_url such as https://runapi.ai/v1'],
    [
      'a map for the list',
      `custom_providers: {name: runapi, base_url: "${url}"}`,
      'has custom_providers as a map, which Hermes ignores: use a list, or a map named providers',
    ],
  ])('the provider: %s', async (_, yaml, problem) => {
    expect(await found(yaml)).toMatchObject({ apiKey: undefined, problems: [`${config} ${problem}`] });
  });

  it.each([
    ['larger than 1 MB', long, 'is larger than 1 MB and was skipped'],
    ['UTF-16', 'R\0U\0N\0', 'is not UTF-8 text: save it as UTF-8'],
    ['unreadable', { code: 'EACCES' }, 'cannot be read: permission denied'],
  ])('.env: %s is told, and the shell still gives the key', async (_, content, problem) => {
    const surroundings = machine({ [config]: guide, [dotenv]: content }, { env: { RUNAPI_API_KEY: 'sk-1' } });
    expect(await hermesKey(surroundings)).toMatchObject({ apiKey: 'sk-1', problems: [`${dotenv} ${problem}`] });
  });

  it('says nothing wrong of a Hermes that knows no RunAPI', async () => {
    const yaml = 'model: {provider: openrouter}\nproviders:\n  x: {api: "https://x.example", enabled: false}\n';
    expect(await found(yaml)).toMatchObject({ apiKey: undefined, problems: [], provider: undefined });
  });

  it('stays one line whatever it is called', async () => {
    const folder = '/tmp/a\nb\u001b[2J\u2028c';
    const told = await hermesKey(machine({ [`${folder}/config.yaml`]: '[' }, { env: { HERMES_HOME: folder } }));
    expect(told?.problems).toEqual(['/tmp/a?b?[2J?c/config.yaml is not valid YAML (line 1)']);
    expect(told?.source).toBe('Hermes Agent (/tmp/a?b?[2J?c/config.yaml)');
  });
});
