import { stateFolder } from '../../disk/state-folder.ts';
import { recentTasks } from '../../journal/recent-tasks.ts';
import { shortened } from '../../terminal/printable.ts';
import type { World } from '../../world.ts';

const mostTasks = 30;
const mostColumns = 40;

/** Prints the newest tasks for a shell that completes a word: id, tab, prompt. Must be quick; never fails. */
export async function printTaskIds(world: World): Promise<void> {
  const folder = stateFolder(world);
  const tasks = folder === undefined ? [] : recentTasks(folder, mostTasks);
  const lines = tasks.map(({ id, prompt }) => `${id}\t${shortened(prompt, mostColumns)}\n`);
  await world.stdout.write(lines.join(''));
}
