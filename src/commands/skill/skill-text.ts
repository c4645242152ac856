import { joinPath } from '../../disk/surroundings.ts';
import { programVersion } from '../../version.ts';
import type { World } from '../../world.ts';
import instructions from './instructions.md';
import { stamped } from './own-file.ts';
import type { Place, TargetName } from './targets.ts';

/** At most 64 characters of a-z, 0-9 and single hyphens; the folder has the same name (agentskills.io). */
export const skillName = 'runapi-imagen';

/** The whole SKILL.md for a place. Every command in it works when it is pasted into a POSIX shell. */
export function skillText(world: World, { target, home }: Place): string {
  const images =
    target === 'hermes' && home !== undefined ? joinPath(world, home, 'cache', 'images') : 'pictures';
  const words: Readonly<Record<string, string>> = {
    run: world.calledAs.startsWith('npx') ? 'npx -y runapi-imagen' : 'runapi-imagen',
    dir: `--dir ${shellWord(images)}`,
    handover: (target && handover[target]) ?? handOverPath,
  };
  const body = instructions.replace(/\{\{(\w+)\}\}/g, (written, word: string) => words[word] ?? written);
  return stamped(`${frontmatter(target)}\n${body}\n`, 'markdown');
}

/** Quoted for a POSIX shell, where it needs to be. */
function shellWord(text: string): string {
  return /^[\w/.+@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

const handOverPath =
  'Give the user the absolute path of each picture and, where you can show files, the picture itself. Say what it cost.';

const handover: Partial<Record<TargetName, string>> = {
  hermes:
    'Write the absolute path of each picture on a line of its own in your answer: the chat platform sends the file.\n' +
    'Pictures in `cache/images` of the Hermes home may be sent on every platform. In a sandboxed terminal that folder is\n' +
    'not there: leave `--dir` out and hand over the file from the current folder. Say what it cost.',
  openclaw: 'Attach each picture by its absolute path to your answer. Say what it cost.',
};

const description =
  'Make pictures from text prompts with Imagen 4 through RunAPI and save them as files. Use when the user asks for an ' +
  'image, picture, illustration, photo, poster, logo, icon or wallpaper to be generated from a description.';

/** Hermes shows no more than 60 characters. */
const shortDescription = 'Make Imagen 4 pictures from text prompts through RunAPI.';

/**
 * The YAML at the head of the skill: the fields of agentskills.io in block style (its own validator reads no other), and
 * those that the agent wants besides.
 */
function frontmatter(target: TargetName | undefined): string {
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

/** `optional`: the key is passed into sandboxed terminals if it is set, and nobody is asked for it. */
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
