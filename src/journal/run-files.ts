import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of runs in a folder, by name; none where the folder does not exist. */
export async function runFilesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/** The files of runs in all these folders, the one that was written last first. */
export async function filesByAge(
  folders: readonly string[],
): Promise<Array<{ path: string; writtenAt: number }>> {
  const found: Array<{ path: string; writtenAt: number }> = [];
  for (const folder of folders) {
    for (const name of await runFilesIn(folder)) {
      const path = join(folder, name);
      const facts = await stat(path).catch(() => undefined); // moved by its process in this moment
      if (facts) found.push({ path, writtenAt: facts.mtimeMs });
    }
  }
  return found.sort((a, b) => b.writtenAt - a.writtenAt);
}
