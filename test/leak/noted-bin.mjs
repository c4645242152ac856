import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes a program that does the same as ours and notes what it writes into `${folder}/writes`. Answers its path. */
export async function makeNotedBin(folder, bin, plant = false) {
  const writes = join(folder, 'writes');
  await mkdir(writes, { recursive: true });
  await mkdir(join(folder, 'bin'), { recursive: true });
  const path = join(folder, 'bin/runapi-imagen.mjs');
  const lines = [
    '#!/usr/bin/env node',
    `import { noteWrites } from ${JSON.stringify(join(import.meta.dirname, 'note-writes.mjs'))};`,
    `noteWrites(${JSON.stringify(writes)}, ${plant});`,
    `await import(${JSON.stringify(bin)});`,
  ];
  await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o755 });
  return { path, writes };
}
