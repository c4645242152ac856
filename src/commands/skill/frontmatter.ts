import { programVersion } from '../../version.ts';
import type { TargetName } from './targets.ts';

/** At most 64 characters of a-z, 0-9 and single hyphens, and the name of the folder too (agentskills.io). */
export const skillName = 'runapi-imagen';

const description =
  'Make pictures from text prompts with Imagen 4 through RunAPI and save them as files. Use when the user asks for an ' +
  'image, picture, illustration, photo, poster, logo, icon or wallpaper to be generated from a description.';

/** Hermes shows no more than 60 characters. */
const shortDescription = 'Make Imagen 4 pictures from text prompts through RunAPI.';

/**
 * The YAML at the head of the skill: the fields of agentskills.io in block style alone (its own validator reads no
 * other), and what the agent wants besides.
 */
export function frontmatter(target: TargetName | undefined): string {
  const lines = [
    `name: ${skillName}`,
    `description: ${target === 'hermes' ? shortDescription : description}`,
    'license: MIT',
    'compatibility: Needs Node.js 20.18 or newer and internet access; a RunAPI key for real pictures',
    'metadata:',
    `  version: "${programVersion}"`,
    ...(target === 'hermes' ? forHermes : []),
    ...(target === 'openclaw' ? forOpenClaw : []),
  ];
  return `---\n${lines.join('\n')}\n---\n`;
}

/** `optional`: the key is passed into sandboxed terminals where it is set, and nobody is asked for it. */
const forHermes = [
  '  hermes:',
  '    category: creative',
  '    tags:',
  '      - Image generation',
  '      - Imagen',
  '      - RunAPI',
  'required_environment_variables:',
  '  - name: RUNAPI_API_KEY',
  '    prompt: RunAPI key',
  '    help: Make one at https://runapi.ai',
  '    required_for: real pictures',
  '    optional: true',
];

const forOpenClaw = [
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
