import { describe, expect, test } from 'vitest';
import { parse, parseDocument, visit } from 'yaml';
import { newMachine, run } from '../../support/program.ts';

const targets = ['hermes', 'claude', 'codex', 'gemini', 'openclaw'] as const;

/** The skill as an agent would find it, its head and its body apart. */
async function skillOf(...words: string[]) {
  const { stdout, exitCode } = await run(await newMachine(), ['skill', 'install', '--print', ...words]);
  expect(exitCode).toBe(0);
  const [, head = '', body = ''] = /^---\n(.*?)\n---\n(.*)$/s.exec(String(stdout)) ?? [];
  return { text: String(stdout), head, body, fields: parse(head) as Record<string, unknown> };
}

/** https://agentskills.io/specification, as of September 2026. */
const standardFields = ['name', 'description', 'license', 'compatibility', 'metadata', 'allowed-tools'];

describe.each(targets)('the skill for %s', (target) => {
  test('keeps the rules of agentskills.io', async () => {
    const { fields, head, body, text } = await skillOf('--target', target);
    const extra = target === 'hermes' ? ['required_environment_variables'] : [];
    expect(Object.keys(fields).filter((name) => !standardFields.includes(name))).toEqual(extra);
    expect(fields.name).toBe('runapi-imagen');
    expect(fields.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(String(fields.description).length).toBeLessThanOrEqual(target === 'hermes' ? 60 : 1024);
    expect(String(fields.compatibility).length).toBeLessThanOrEqual(500);
    // Its own validator cuts at every "---" and reads YAML in block style alone.
    expect(head).not.toContain('---');
    visit(parseDocument(head), {
      Collection: (_key, node) => expect(node.flow ?? false).toBe(false),
    });
    expect(text.split('\n').length).toBeLessThan(500);
    expect(body.length / 4).toBeLessThan(5000); // tokens, roughly
  });

  test('leaves no gap and names nobody else', async () => {
    const { text } = await skillOf('--target', target);
    expect(text).not.toMatch(/\{\{|\}\}|undefined/);
    for (const other of targets.filter((each) => each !== target))
      expect(text.toLowerCase()).not.toContain(other);
  });
});

test('Hermes may pass the key into its terminals and is not told to ask for it', async () => {
  const { fields, text } = await skillOf('--target', 'hermes');
  expect(fields.required_environment_variables).toEqual([
    expect.objectContaining({ name: 'RUNAPI_API_KEY', optional: true }),
  ]);
  expect(text).toMatch(/--dir \S+\/\.hermes\/cache\/images/);
});

test('OpenClaw learns what the skill needs', async () => {
  const { fields } = await skillOf('--target', 'openclaw');
  expect(fields.metadata).toMatchObject({
    openclaw: { primaryEnv: 'RUNAPI_API_KEY', requires: { anyBins: ['runapi-imagen', 'npx'] } },
  });
});

test('whoever calls the program through npx teaches the agent to', async () => {
  const machine = await newMachine();
  machine.env.npm_command = 'exec';
  const { stdout } = await run(machine, ['skill', 'install', '--print']);
  expect(stdout).toContain('\nnpx -y runapi-imagen generate');
  expect(stdout).not.toMatch(/^runapi-imagen/m);
});
