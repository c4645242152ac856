import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import { prepareFolder } from '../disk/folder.ts';
import { fixedFolder } from '../image/template.ts';
import type { Target } from '../request/target.ts';

/** Tries the folder, so that what is wrong with it is told before anything is paid. Throws `download`. */
export async function prepareTarget(
  { engine }: Context,
  { folder, output }: Pick<Target, 'folder' | 'output'>,
): Promise<void> {
  if (output !== '-') await prepareFolder(resolve(folder, fixedFolder(output)));
  else if (engine.spool === undefined) await prepareFolder(folder);
}
