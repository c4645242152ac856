import type { Declaration } from '../../command-line/declaration.ts';
import { withFallback, withFlags } from '../../command-line/flags.ts';
import type { McpFlags } from './tool.ts';

export const mcpCommand: Declaration = {
  name: 'mcp',
  summary: 'serve the same features to agents over MCP (stdio)',
  about: 'Serve the tools generate_image, get_image, list_models and get_balance to an agent over stdin and stdout.',
  flags: [
    [
      '--print-config <agent>',
      'print the configuration to paste for hermes, claude, codex, gemini, openclaw, cursor or vscode',
    ],
    withFallback('dir', 'where the agent runs'),
    ['--max-cost <usd>', 'spend at most this many US dollars in all (also RUNAPI_IMAGEN_MAX_COST)'],
    ['--max-pictures <n>', 'buy at most this many pictures in all', '20'],
    withFallback('timeout', '50s for each call'),
    ...withFlags('poll-interval', 'max-bytes', 'no-record', 'sandbox'),
  ],
  examples: [
    'mcp --print-config claude',
    'mcp --print-config codex >> ~/.codex/config.toml',
    'mcp --max-cost 2 --max-pictures 50',
    'mcp --sandbox',
  ],
  ownsStdout: ({ printConfig }: Typed) => printConfig === undefined,
  async run(context, _words, flags: Typed) {
    if (flags.printConfig !== undefined) {
      const { printMcpConfig } = await import('./print-config.ts');
      return printMcpConfig(context, flags.printConfig, flags);
    }
    const { mcp } = await import('./run.ts');
    const { stdout, stderr } = context.world;
    return mcp({ ...context, world: { ...context.world, stdout: stderr } }, stdout, flags);
  },
};

interface Typed extends McpFlags {
  printConfig?: string;
}
