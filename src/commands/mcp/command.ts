import { Command } from 'commander';
import { type Desk, inContext, withGlobalFlags } from '../../command-line/doing.ts';
import { withExamples } from '../../command-line/examples.ts';
import type { GlobalFlags } from '../../context.ts';
import type { McpFlags } from './tool-calls.ts';

export function mcpCommand(desk: Desk): Command {
  const command = new Command('mcp')
    .description(
      'Serves the tools generate_image, get_image, list_models and get_balance to an agent over stdin and stdout.',
    )
    .option('--print-config <agent>', 'print what to paste for hermes, claude, codex, cursor or vscode')
    .option('-d, --dir <folder>', 'where to save; made if missing (default: where the agent runs)')
    .option('--poll-interval <duration>', 'look at the task at a fixed interval (default: adaptive)')
    .option('--max-bytes <size>', 'the most that one picture may have (default: 256MB)')
    .option('--no-record', 'keep no record on disk: an interrupted task can then be found by its id only')
    .option('--sandbox', 'use the built-in sandbox: no key, no cost')
    .action((flags: McpFlags & GlobalFlags & { printConfig?: string }) =>
      flags.printConfig === undefined ? serve(desk, flags) : print(desk, flags.printConfig, flags),
    );
  return withExamples(withGlobalFlags(command), [
    'mcp --print-config claude',
    'mcp --print-config codex >> ~/.codex/config.toml',
    'mcp --sandbox',
  ]);
}

/** stdout belongs to the protocol: whatever else is said in there goes to stderr. */
async function serve(desk: Desk, flags: McpFlags & GlobalFlags): Promise<void> {
  const { stdout, stderr } = desk.world;
  const muted = { ...desk, world: { ...desk.world, stdout: stderr } };
  await inContext(muted, flags, async (context) => {
    const { mcp } = await import('./run.ts');
    return mcp(context, stdout, flags);
  });
}

async function print(desk: Desk, agent: string, flags: McpFlags & GlobalFlags): Promise<void> {
  await inContext(desk, flags, async (context) => {
    const { printMcpConfig } = await import('./print-config.ts');
    return printMcpConfig(context, agent, flags);
  });
}
