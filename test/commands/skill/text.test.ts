import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { COLLECTION_STYLE, load, parseEvents } from 'js-yaml';
import { validate } from 'skills-ref';
import { describe, expect, test } from 'vitest';
import pack from '../../../package.json' with { type: 'json' };
import { newMachine, run } from '../../support/program.ts';

const plugin = resolve(import.meta.dirname, '../../../src/commands/skill/plugin');

/** A SKILL.md, its head and its body apart. */
function partsOf(text: string) {
  const [, head = '', body = ''] = /^---\n(.*?)\n---\n(.*)$/s.exec(text) ?? [];
  return { text, head, body, fields: load(head) as Record<string, unknown> };
}

const printed = await run(await newMachine(async () => undefined), ['skill', 'install', '--print']);
const installed = partsOf(`${printed.stdout}\n`);
const portable = partsOf(await readFile(resolve(plugin, 'skills/runapi-imagen/SKILL.md'), 'utf8'));

/** https://agentskills.io/specification, as of September 2026. */
const standardFields = ['name', 'description', 'license', 'compatibility', 'metadata', 'allowed-tools'];

/** Hermes' linter wants the first two; by the third it passes the key into its terminals. */
const ofHermes = ['version', 'author', 'required_environment_variables'];

describe.each([
  ['that is installed', installed, ofHermes],
  ['in the plugin', portable, []],
])('the skill %s', (_, { fields, head, body, text }, extra) => {
  test('keeps the rules of agentskills.io', () => {
    expect(Object.keys(fields).filter((name) => !standardFields.includes(name))).toEqual(extra);
    expect(fields.name).toBe('runapi-imagen');
    expect(fields.metadata).toMatchObject({ version: pack.version, author: 'runapi-imagen' });
    expect(fields.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(String(fields.description).length).toBeLessThanOrEqual(1024);
    expect(String(fields.compatibility).length).toBeLessThanOrEqual(500);
    // Its own validator cuts at every "---" and reads YAML in block style alone.
    expect(head).not.toContain('---');
    const styles = parseEvents(head, {}).map((event) =>
      'style' in event && 'start' in event ? event.style : undefined,
    );
    expect(styles).not.toContain(COLLECTION_STYLE.FLOW);
    expect(text.split('\n').length).toBeLessThan(500);
    expect(body.length / 4).toBeLessThan(5000); // tokens, roughly
    expect(body).toContain('\n## When to Use\n');
    expect(text).not.toMatch(/\{\{|\}\}|undefined/);
  });
});

test('the installed skill is that of the plugin, with what Hermes and OpenClaw want besides', () => {
  expect(installed.body).toBe(portable.body);
  expect(installed.fields).toEqual({
    ...portable.fields,
    version: pack.version,
    author: 'runapi-imagen',
    required_environment_variables: [
      expect.objectContaining({ name: 'RUNAPI_API_KEY', optional: true }), // nobody is asked for it
    ],
    metadata: {
      ...(portable.fields.metadata as object),
      hermes: { category: 'creative', tags: expect.arrayContaining(['Imagen']) },
      openclaw: expect.objectContaining({
        primaryEnv: 'RUNAPI_API_KEY',
        requires: { anyBins: ['runapi-imagen', 'npx'] },
      }),
    },
  });
});

/** https://agent-plugins.org, specification 1.0.0. */
describe('the plugin', () => {
  const read = async (name: string) => JSON.parse(await readFile(resolve(plugin, name), 'utf8'));

  test('has a manifest of the specification, and the version of this program', async () => {
    const manifest = await read('plugin.json');
    expect(manifest).toMatchObject({
      $schema: 'https://agent-plugins.org/schemas/1.0.0/plugin.schema.json',
      name: 'runapi-imagen',
      version: pack.version,
    });
    const known = [
      '$schema',
      'name',
      'version',
      'description',
      'author',
      'homepage',
      'repository',
      'license',
      'keywords',
    ];
    expect(Object.keys(manifest).filter((name) => !known.includes(name))).toEqual([]);
    expect(manifest.description).toContain('Reads the RunAPI key');
  });

  test('starts a server that this program takes', async () => {
    const { $schema, mcpServers } = await read('mcp.json');
    expect($schema).toBe('https://agent-plugins.org/schemas/1.0.0/mcp.schema.json');
    const { type, command, args } = mcpServers['runapi-imagen'];
    expect([type, command, ...args.slice(0, 2)]).toEqual(['stdio', 'npx', '-y', 'runapi-imagen']);
    const { exitCode, stderr } = await run(await newMachine(), [...args.slice(2), '--sandbox']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  test('has a skill that the validator of agentskills.io takes, whose metadata are texts', async () => {
    expect(await validate(resolve(plugin, 'skills/runapi-imagen'))).toEqual([]);
    for (const value of Object.values(portable.fields.metadata as object)) expect(value).toBeTypeOf('string');
  });
});
