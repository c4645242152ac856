/** @module-tag slow */
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { has } from '../../support/has.ts';
import { newMachine, run } from '../../support/program.ts';

/** How each agent lists its skills, where it is on this machine. */
const lists: Array<[string, string[]]> = [
  ['gemini', ['skills', 'list']],
  ['openclaw', ['skills', 'list', '--json']],
];

for (const [agent, words] of lists) {
  test.skipIf(!has(agent))(`${agent} finds the skill once (needs ${agent})`, { timeout: 120_000 }, async () => {
    const machine = await newMachine();
    await run(machine, ['skill', 'install', '--target', 'codex,gemini,openclaw']);
    const { all } = await execa(agent, words, {
      cwd: machine.folder,
      env: machine.env,
      extendEnv: false,
      all: true,
      stdin: 'ignore',
    });
    expect(all?.match(/Make pictures from text prompts with Imagen 4/g)).toHaveLength(1);
  });
}
