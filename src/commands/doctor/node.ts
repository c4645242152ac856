import type { Context } from '../../context.ts';
import { programVersion } from '../../version.ts';
import { type Check, warning, well } from './check.ts';

/** What package.json says under `engines`. */
const oldestNode = '20.18.1';

export function checkNode({ world }: Context): Check[] {
  const [node = '', program = ''] = world.invocation;
  const told = `${world.nodeVersion} (${node})`;
  return [
    isOlder(world.nodeVersion, oldestNode)
      ? warning('node', `${told} is older than ${oldestNode}`, 'Install a newer Node: https://nodejs.org')
      : well('node', told),
    well('version', `${programVersion} (${program})`),
  ];
}

function isOlder(version: string, than: string): boolean {
  const [have, need] = [version, than].map((text) => (text.match(/\d+/g) ?? []).map(Number));
  for (const [place, wanted] of (need ?? []).entries()) {
    const part = have?.[place] ?? 0;
    if (part !== wanted) return part < wanted;
  }
  return false;
}
