import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openServerMemory } from '../../src/settings/server-memory.ts';

const base = 'https://runapi.ai';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'server-memory-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const written = () => JSON.parse(readFileSync(join(folder, 'servers.json'), 'utf8'));

test('remembers what a server taught', () => {
  const memory = openServerMemory(folder);
  memory.remember(base, { dialect: 'service' });
  memory.remember(base, { statusTemplate: `${base}/v1/tasks/{id}` });
  memory.save();
  expect(openServerMemory(folder).recall(base)).toEqual({
    dialect: 'service',
    statusTemplate: `${base}/v1/tasks/{id}`,
  });
});

test('reads the file of another version, passing over what it does not know', () => {
  const facts = { dialect: 'guide', durations: { 'imagen-4': [8000] }, colour: 'red' };
  writeFileSync(join(folder, 'servers.json'), JSON.stringify({ [base]: facts, 'http://other': 7 }));
  const memory = openServerMemory(folder);
  expect(memory.recall(base)).toEqual({ dialect: 'guide' });
  memory.remember(base, { dialect: 'service' });
  memory.save();
  expect(written()).toEqual({ [base]: { dialect: 'service' }, 'http://other': {} });
});

test.each(['', '{', '[]', 'null'])('takes %j for no memory at all', (text) => {
  writeFileSync(join(folder, 'servers.json'), text);
  expect(openServerMemory(folder).recall(base)).toEqual({});
});
