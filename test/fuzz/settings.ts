import fc from 'fast-check';
import { hermesKey } from '../../src/hermes/key.ts';
import { parseEnvFile } from '../../src/hermes/variables.ts';
import { runapiCliKey } from '../../src/settings/credentials.ts';
import { knownSettings } from '../../src/settings/known.ts';
import { readSettings } from '../../src/settings/store.ts';
import { printable } from '../../src/terminal/printable.ts';
import { parseYaml } from '../../src/yaml.ts';
import { machine } from '../hermes/surroundings.ts';
import { mutatedText } from './mutate.ts';
import { key, oddJson, oddText } from './odd-json.ts';
import { ensure, ensureLine, slowTarget, target } from './target.ts';

const own = [
  {
    apiKey: key,
    model: 'imagen-4-fast',
    ratio: '16:9',
    dir: 'shots',
    output: '{prompt}-{task}.{ext}',
    timeout: '15m',
    baseUrl: 'https://runapi.ai',
    api: 'auto',
  },
];
const cli = [{ api_key: key, base_url: 'https://runapi.ai', profile: { name: 'x' } }];
const yaml = [
  `providers:\n  runapi:\n    base_url: https://runapi.ai/v1\n    key_env: RUNAPI_API_KEY\n    api_key: ${key}\n`,
  `custom_providers:\n  - name: runapi\n    base_url: "https://runapi.ai/v1"\n    api_key: '\${K}'\n    enabled: true\n`,
  `a: &a\n  api_key: ${key}\nproviders:\n  runapi:\n    <<: *a\n    url: https://runapi.ai/v1\n# end\n`,
];
const dotenv = [
  `# keys\nexport RUNAPI_API_KEY="${key}"\nK='${key}' # mine\nOTHER=a#b\n`,
  `K = "a\\"b\\\\c"\r\nRUNAPI_API_KEY=${key}\r\n`,
];

const jsonText = (examples: readonly object[]) =>
  fc.oneof(oddJson(examples), mutatedText(examples.map((each) => JSON.stringify(each, null, 2))));

export const settingTargets = [
  target('our settings', 8, jsonText(own), (text) => {
    const { settings, problems } = readSettings(machine({ '/home/u/.config/runapi-imagen/config.json': text }));
    for (const [name, value] of Object.entries(settings)) {
      ensure(Object.hasOwn(knownSettings, name) && typeof value === 'string', `${name} is a setting`);
    }
    // A setting's own value may be told, and any but one can hold the key by mistake.
    for (const problem of problems) ensureLine(printable(problem).replaceAll(key, ''));
  }),
  target("RunAPI CLI's settings", 12, jsonText(cli), (text) => {
    const found = runapiCliKey(machine({ '/home/u/.config/runapi/config.json': text }));
    for (const line of [found?.source ?? '', ...(found?.problems ?? [])]) ensureLine(line);
    ensure(found?.apiKey === undefined || /^[\x21-\x7e]+$/.test(found.apiKey), 'a key fits a header');
    ensure(found?.baseUrl === undefined || URL.canParse(found.baseUrl), 'an address is one');
  }),
  slowTarget(
    "Hermes' settings and .env",
    1,
    fc.tuple(fc.oneof(mutatedText(yaml), oddText), fc.oneof(mutatedText(dotenv), oddText)),
    async ([config, env]) => {
      const home = '/home/u/.hermes';
      const told = await hermesKey(machine({ [`${home}/config.yaml`]: config, [`${home}/.env`]: env }));
      for (const line of [told?.source ?? '', ...(told?.problems ?? [])]) ensureLine(line);
    },
  ),
  target('YAML', 1, fc.oneof(mutatedText(yaml), oddText), (text) => {
    const parsed = parseYaml(text, '1.1');
    if ('fault' in parsed) ensureLine(parsed.fault);
  }),
  target('.env', 12, fc.oneof(mutatedText(dotenv), oddText), (text) => {
    const { values, broken } = parseEnvFile(text);
    for (const name of [...values.keys(), ...broken.keys()]) ensure(/^[\w.]+$/.test(name), `${name} is a name`);
  }),
];
