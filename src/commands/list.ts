import type { Declaration } from '../command-line/declaration.ts';
import type { World } from '../world.ts';
import { balanceCommand } from './balance/command.ts';
import { batchCommand } from './batch/command.ts';
import { completionCommand } from './completion/command.ts';
import { configCommand } from './config/command.ts';
import { doctorCommand } from './doctor/command.ts';
import { downloadCommand } from './download/command.ts';
import { galleryCommand } from './gallery/command.ts';
import { generateCommand } from './generate/command.ts';
import { historyCommand } from './history/command.ts';
import { mcpCommand } from './mcp/command.ts';
import { modelsCommand } from './models/command.ts';
import { resumeCommand } from './resume/command.ts';
import { sandboxCommand } from './sandbox/command.ts';
import { serveCommand } from './serve/command.ts';
import { skillCommand } from './skill/command.ts';
import { statusCommand } from './status/command.ts';

/** Every command, in the order in which the help lists them. */
export const commands: readonly Declaration[] = [
  generateCommand,
  statusCommand,
  downloadCommand,
  batchCommand,
  resumeCommand,
  historyCommand,
  galleryCommand,
  modelsCommand,
  balanceCommand,
  configCommand,
  doctorCommand,
  skillCommand,
  sandboxCommand,
  mcpCommand,
  serveCommand,
  completionCommand,
];

/** Answers a shell that completes a word: at each press of a key, so it has no flags or help. */
export async function complete(world: World, typed: readonly string[]): Promise<number> {
  const { printSuggestions } = await import('./completion/suggest.ts');
  await printSuggestions(world, typed, commands);
  return 0;
}
