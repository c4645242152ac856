import type { Command } from 'commander';
import type { Desk } from '../command-line/doing.ts';

/** A command as the whole help lists it. The rest of it is loaded when it is called. */
interface Listed {
  name: string;
  summary: string;
  load(): Promise<(desk: Desk) => Command>;
}

export const catalogue: readonly Listed[] = [
  {
    name: 'generate',
    summary: 'make a picture: submit, wait, download',
    load: async () => (await import('./generate/command.ts')).generateCommand,
  },
  {
    name: 'status',
    summary: "a task's state now",
    load: async () => (await import('./status/command.ts')).statusCommand,
  },
  {
    name: 'download',
    summary: 'save the pictures of completed tasks',
    load: async () => (await import('./download/command.ts')).downloadCommand,
  },
  {
    name: 'batch',
    summary: 'many prompts from a file, many at once, restartable',
    load: async () => (await import('./batch/command.ts')).batchCommand,
  },
  {
    name: 'resume',
    summary: 'finish what interrupted runs began',
    load: async () => (await import('./resume/command.ts')).resumeCommand,
  },
  {
    name: 'history',
    summary: 'what was made on this machine',
    load: async () => (await import('./history/command.ts')).historyCommand,
  },
  {
    name: 'gallery',
    summary: 'a page to look at and compare what was made',
    load: async () => (await import('./gallery/command.ts')).galleryCommand,
  },
  {
    name: 'models',
    summary: 'the models, their ratios and live prices',
    load: async () => (await import('./models/command.ts')).modelsCommand,
  },
  {
    name: 'balance',
    summary: "the account's balance",
    load: async () => (await import('./balance/command.ts')).balanceCommand,
  },
  {
    name: 'config',
    summary: 'read and change the settings',
    load: async () => (await import('./config/command.ts')).configCommand,
  },
  {
    name: 'doctor',
    summary: 'check key, address, service and folders, free of charge',
    load: async () => (await import('./doctor/command.ts')).doctorCommand,
  },
  {
    name: 'skill',
    summary: 'teach agents: Hermes, Claude Code, Codex, Gemini CLI, OpenClaw',
    load: async () => (await import('./skill/command.ts')).skillCommand,
  },
  {
    name: 'sandbox',
    summary: 'a local server that speaks the same API, free of charge',
    load: async () => (await import('./sandbox/command.ts')).sandboxCommand,
  },
  {
    name: 'mcp',
    summary: 'the same job as an MCP server over stdio',
    load: async () => (await import('./mcp/command.ts')).mcpCommand,
  },
  {
    name: 'completion',
    summary: 'complete commands, flags and task ids in the shell',
    load: async () => (await import('./completion/command.ts')).completionCommand,
  },
];
