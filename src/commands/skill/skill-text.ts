import { programVersion } from '../../version.ts';
import portable from './plugin/skills/runapi-imagen/SKILL.md';

/**
 * The SKILL.md that every agent takes: that of the plugin, which has only fields of agentskills.io, with those that Hermes
 * and OpenClaw want besides.
 */
export function skillText(): string {
  return portable.replace('\nmetadata:\n', `\n${more.join('\n')}\n`);
}

/** In block style: some agents read no other. `optional`: nobody is asked for the key; sandboxed terminals get it. */
const more = [
  `version: ${programVersion}`,
  'author: runapi-imagen',
  'required_environment_variables:',
  '  - name: RUNAPI_API_KEY',
  '    prompt: RunAPI key',
  '    help: Make one at https://runapi.ai',
  '    required_for: real pictures',
  '    optional: true',
  'metadata:',
  '  hermes:',
  '    category: creative',
  '    tags:',
  '      - Image generation',
  '      - Imagen',
  '      - RunAPI',
  '  openclaw:',
  '    primaryEnv: RUNAPI_API_KEY',
  '    requires:',
  '      anyBins:',
  '        - runapi-imagen',
  '        - npx',
  '    install:',
  '      - id: node',
  '        kind: node',
  '        package: runapi-imagen',
  '        label: Install runapi-imagen (npm)',
  '        bins:',
  '          - runapi-imagen',
];
