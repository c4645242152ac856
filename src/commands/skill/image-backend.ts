import { programVersion } from '../../version.ts';
import provider from './image-backend/__init__.py';
import manifest from './image-backend/plugin.yaml';
import { stamped } from './stamp.ts';

/** Hermes knows it by this name: the folder, the plugin and the provider. */
export const backendName = 'runapi';

/** The files of the Hermes image backend, by their names in its folder. @param invocation how to start this program */
export function backendFiles(invocation: readonly string[]): Record<string, string> {
  const installed = `INSTALLED: List[str] = ${JSON.stringify(invocation)}`;
  return {
    'plugin.yaml': stamped(manifest.replace('VERSION', programVersion), 'hash'),
    '__init__.py': stamped(
      provider.replace('INSTALLED: List[str] = []', () => installed),
      'hash',
    ),
  };
}
