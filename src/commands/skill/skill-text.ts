import portable from './plugin/skills/runapi-imagen/SKILL.md';

/**
 * The SKILL.md that every agent takes. The one in the plugin lacks these fields: there `metadata` may hold texts only
 * (agent-plugins.org 1.0).
 */
export function skillText(): string {
  return portable.replace('\nmetadata:\n', `\nmetadata:\n${blocks.join('\n')}\n`);
}

/** In block style: the validator of agentskills.io reads no other. */
const blocks = [
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
