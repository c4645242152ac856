import { Command } from 'commander';
import { type Desk, inContext, withGlobalFlags } from '../../command-line/doing.ts';
import { withExamples } from '../../command-line/examples.ts';
import type { GlobalFlags } from '../../context.ts';

export function configCommand(desk: Desk): Command {
  const command = new Command('config').description(
    'Reads and changes the settings: api-key, model, ratio, dir, output, timeout, base-url, api.',
  );

  function part(name: string, about: string): Command {
    return withGlobalFlags(command.command(name).description(about).copyInheritedSettings(command));
  }

  part('get <name>', 'print a setting (of the key, its last four characters)').action(
    (name: string, flags: GlobalFlags) => act(flags, (config, context) => config.getSetting(context, name)),
  );
  part(
    'set <name> [value]',
    'change a setting; the key is asked for without echo, or read from stdin',
  ).action((name: string, value: string | undefined, flags: GlobalFlags) =>
    act(flags, (config, context) => config.setSetting(context, name, value)),
  );
  part('unset <name>', 'remove a setting').action((name: string, flags: GlobalFlags) =>
    act(flags, (config, context) => config.unsetSetting(context, name)),
  );
  part('list', 'print every setting, its value and where it comes from').action((flags: GlobalFlags) =>
    act(flags, (config, context) => config.listSettings(context)),
  );
  part('path', 'print the path of the settings file').action((flags: GlobalFlags) =>
    act(flags, (config, context) => config.settingsPath(context)),
  );

  function act(
    flags: GlobalFlags,
    story: (
      config: typeof import('./run.ts'),
      context: Parameters<Parameters<typeof inContext>[2]>[0],
    ) => Promise<number>,
  ): Promise<void> {
    return inContext(desk, flags, async (context) => story(await import('./run.ts'), context));
  }

  return withExamples(command, [
    'config set api-key',
    'config set model imagen-4-fast',
    'config list',
    'config unset ratio',
  ]);
}
