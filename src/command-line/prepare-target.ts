import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import { prepareFolder } from '../disk/folder.ts';
import { fixedFolder } from '../image/template.ts';
import type { Target } from '../request/target.ts';

/** Tries the folder, so that what is wrong with it is told before anything is paid. Throws `download`. */
export async function prepareTarget(
  { engine }: Context,
  { folder, output, root }: Pick<Target, 'folder' | 'output' | 'root'>,
): Promise<void> {
  if (output !== '-') await prepareFolder(resolve(folder, fixedFolder(output, root !== undefined)));
  else if (engine.spool === undefined) await prepareFolder(folder);
}
