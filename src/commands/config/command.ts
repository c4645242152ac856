import type { Declaration } from '../../command-line/declaration.ts';

export const configCommand: Declaration = {
  name: 'config',
  summary: 'read and change settings',
  about:
    'Read and change the settings: api-key, model, ratio, dir, output, timeout, max-cost, base-url, api, and for one ' +
    'model models.NAME.ratio, negative, resolution, format and quality.',
  examples: ['config set api-key', 'config set model imagen-4-fast', 'config list', 'config unset ratio'],
  below: [
    {
      name: 'get',
      summary: 'print a setting; of the key only its last four characters',
      words: [['<name>', 'the setting']],
      run: async (context, [name]: [string]) => (await import('./run.ts')).getSetting(context, name),
    },
    {
      name: 'set',
      summary: 'change a setting; the key is asked for without echo, or read from stdin',
      words: [
        ['<name>', 'the setting'],
        ['[value]', 'its new value; never the key'],
      ],
      run: async (context, [name, value]: [string, string | undefined]) =>
        (await import('./run.ts')).setSetting(context, name, value),
    },
    {
      name: 'unset',
      summary: 'remove a setting',
      words: [['<name>', 'the setting']],
      run: async (context, [name]: [string]) => (await import('./run.ts')).unsetSetting(context, name),
    },
    {
      name: 'list',
      summary: 'print every setting, its value and where it comes from',
      run: async (context) => (await import('./run.ts')).listSettings(context),
    },
    {
      name: 'path',
      summary: 'print the path of the settings file',
      run: async (context) => (await import('./run.ts')).settingsPath(context),
    },
  ],
};
