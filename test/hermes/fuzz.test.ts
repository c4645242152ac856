// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these variables are Hermes', not TypeScript's
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hermesKey } from '../../src/hermes/key.ts';
import { machine } from './surroundings.ts';

const home = '/home/u/.hermes';
const key = 'sk-7Q9XvPq2LmZt';

/** What settings are made of, the key among them wherever people may paste it. */
const signs = ['\n', '\n  ', '\n  - ', ' ', ': ', '\t', '\0', '\uFEFF', '&a ', '<<: *a', '---\n', '|\n ', '? '];
const marks = '" \' { } [ ] , # *a !!binary $ ${ ${K} ${env:K} $K % = export'.split(' ');
const words =
  'providers custom_providers runapi name base_url api https://runapi.ai/v1 api_key key_env keyEnv key_cmd enabled false __proto__ constructor K RUNAPI_API_KEY'.split(
    ' ',
  );
const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(...signs, ...marks, ...words),
  fc.constant(key),
);
const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

/** Settings of the right shape, so that the fuzz comes past the parser. */
const value = fc.oneof(
  text,
  fc.constantFrom(key, `$${key}`, `\${${key}}`, '${K}', '$K', 'K', `${key} ${key}`, `https://u:${key}@runapi.ai`),
  fc.constantFrom<unknown>(1, true, null, [key], { a: key }),
);
const field = fc.constantFrom('base_url', 'url', 'api_key', 'apiKey', 'key_env', 'key_cmd', 'enabled', 'name');
const fields = fc.dictionary(field, value).map((entry) => ({ api: 'https://runapi.ai/v1', ...entry }));
const shaped = fc
  .record({ providers: fc.dictionary(fc.constantFrom('runapi', key), fields), custom_providers: fc.array(fields) })
  .map((settings) => JSON.stringify(settings));

const shell = fc.dictionary(fc.constantFrom('K', 'RUNAPI_API_KEY'), text);
// The name of a profile is part of every path, so it is no place for a key.
const profile = text.map((each) => each.replaceAll(key, ''));

describe('whatever lies in the home of Hermes', () => {
  it('never throws, tells lines, and never a key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, shaped), text, profile, shell, async (yaml, dotenv, active, env) => {
        const told = await hermesKey(
          machine(
            { [`${home}/config.yaml`]: yaml, [`${home}/.env`]: dotenv, [`${home}/active_profile`]: active },
            { env },
          ),
        );
        for (const line of [...(told?.problems ?? []), told?.source ?? '']) {
          expect(line).not.toContain(key);
          expect(line).not.toMatch(/[\r\n]/);
        }
        expect(told?.apiKey ?? 'none').toMatch(/^[\x21-\x7e]+$/);
        expect(told?.baseUrl === undefined).toBe(told?.apiKey === undefined);
      }),
      { numRuns: 400 },
    );
  });
});
