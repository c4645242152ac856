import { readdir, readFile } from 'node:fs/promises';
import { join, posix, resolve, sep } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { describe, expect, test } from 'vitest';

/**
 * The floors of `src/`, from top to bottom. A file imports from lower floors and from its own folder. Folders on one
 * floor do not know each other; files on one floor do.
 */
const floors = [
  'main.ts index.ts',
  'commands/list.ts',
  'commands/*/ library/',
  'command-line/',
  'context.ts create-world.ts address-space.ts',
  'report/',
  'terminal/', // above the engine, which has no terminal
  'paid-task/',
  'settings/',
  'hermes/',
  'journal/ api/',
  'disk/ sandbox/', // the sandbox is a server: it shares only the contract
  'request/',
  'image/ task/',
  'errors.ts json.ts yaml.ts api-key.ts near-miss.ts world.ts version.ts',
];

/** A command's folder is known to the list of commands alone. */
const hidden = { folder: 'commands/*/', from: 'commands/list.ts' };

/** Packages that belong to one place. */
const packages: Record<string, string[]> = {
  commander: ['command-line/', 'commands/*/command.ts'],
  ora: ['terminal/'],
  chalk: ['terminal/'],
};

/** The files of a program with what each imports. */
type Program = Map<string, string[]>;

test('imports in src/ only go down', async () => {
  const sources = await readSources(resolve(import.meta.dirname, '../src'));
  const program: Program = new Map([...sources].map(([file, text]) => [file, importsOf(text)]));
  const problems = problemsIn(program);
  const cycles = cyclesIn(program);
  const sizes = [...sources].map(([file, text]) => ({ file, lines: text.split('\n').length - 1 }));
  sizes.sort((a, b) => a.lines - b.lines);
  const [median, longest] = [sizes[sizes.length >> 1], sizes.at(-1)];
  console.log(
    `src/: ${sizes.length} files, ${sizes.reduce((sum, { lines }) => sum + lines, 0)} lines, ` +
      `median ${median?.lines}, longest ${longest?.lines} (${longest?.file}), ` +
      `imports upward ${problems.length}, cycles ${cycles.length}`,
  );
  expect([...problems, ...cycles]).toEqual([]);
});

describe('a wrong import is refused:', () => {
  const right: Record<string, string> = {
    'main.ts': "import { list } from './commands/list.ts'; import './context.ts';",
    'commands/list.ts': "const load = () => import('./batch/command.ts');",
    'commands/batch/command.ts': "import { Command } from 'commander'; const run = () => import('./run.ts');",
    'commands/batch/run.ts': "import type { Task } from '../../paid-task/task.ts';",
    'commands/status/run.ts': "import text from './text.md'; import { join } from 'node:path';",
    'context.ts': "export { openJournal } from './journal/open.ts'; import './create-world.ts';",
    'paid-task/task.ts': "import '../journal/open.ts'; import '../request/parse.ts';",
    'journal/open.ts': "type Failure = import('../errors.ts').Failure;",
    'terminal/spinner.ts': "let loading: Promise<typeof import('ora')>;",
    'sandbox/server.ts': "import { sizeOf } from '../image/size.ts';",
    'errors.ts': "// import './main.ts'\nimport { nearMiss } from './near-miss.ts';",
  };

  test('none in the sample as it is', () => {
    expect(check(right)).toEqual([]);
  });

  test.each([
    ['upward', 'paid-task/task.ts', "import '../report/human.ts';"],
    ['upward, of a type', 'journal/open.ts', "import type { Line } from '../report/json.ts';"],
    ['upward, exported again', 'errors.ts', "export * from './task/pace.ts';"],
    ['upward, dynamic', 'api/client.ts', "const load = async () => await import('../settings/store.ts');"],
    ['upward, in a typeof', 'task/pace.ts', "let open: typeof import('../disk/open.ts');"],
    ['upward, in a type', 'request/parse.ts', "type Task = import('../paid-task/wait.ts').Task;"],
    ['from beside', 'journal/lines.ts', "import '../api/client.ts';"],
    ['from beside, of a file', 'image/size.ts', "import '../task/pace.ts';"],
    ['of the list of commands', 'commands/status/run.ts', "import '../list.ts';"],
    ['of a command by another', 'commands/batch/run.ts', "import '../status/run.ts';"],
    ['of a command by main', 'main.ts', "import './commands/batch/run.ts';"],
    ['of a command by the command line', 'command-line/read.ts', "import '../commands/batch/command.ts';"],
    ['of the command line by the engine', 'paid-task/follow.ts', "import '../command-line/flags.ts';"],
    ['of the terminal by the engine', 'paid-task/follow.ts', "import '../terminal/spinner.ts';"],
    ['of the journal by the sandbox', 'sandbox/server.ts', "import '../journal/open.ts';"],
    ['of commander by a run', 'commands/batch/run.ts', "import type { Command } from 'commander';"],
    ['of commander by main', 'main.ts', "const load = () => import('commander');"],
    ['of ora by a command', 'commands/batch/run.ts', "import ora from 'ora';"],
    ['of chalk by the reporter', 'report/human.ts', "import { Chalk } from 'chalk';"],
    ['of a file that is on no floor', 'errors.ts', "import './utils.ts';"],
    ['by a file that is on no floor', 'helpers/text.ts', "import '../errors.ts';"],
    ['of a name that is computed', 'context.ts', 'const load = (name: string) => import(name);'],
  ])('%s', (_, file, text) => {
    expect(check({ ...right, [file]: `${right[file] ?? ''}\n${text}` })).toEqual([
      expect.stringMatching(new RegExp(`^${file.replace(/\W/g, '\\$&')} `)),
    ]);
  });

  test.each([
    ['in a circle', "import './b.ts';", "import '../api/c.ts';"],
    ['in a circle of types', "import type { B } from './b.ts';", "type A = import('./a.ts').A;"],
    ['of itself', "import './a.ts';", ''],
  ])('%s', (_, a, b) => {
    const files = { 'api/a.ts': a, 'api/b.ts': b, 'api/c.ts': "const load = () => import('./a.ts');" };
    expect(check({ ...right, ...files })).toEqual([expect.stringMatching(/^api\/a\.ts → .*api\/a\.ts$/)]);
  });

  function check(files: Record<string, string>): string[] {
    const program = new Map(Object.entries(files).map(([file, text]) => [file, importsOf(text)]));
    return [...problemsIn(program), ...cyclesIn(program)];
  }
});

/** What breaks the table: a sentence each, which begins with the importing file. */
function problemsIn(program: Program): string[] {
  return [...program].flatMap(([file, names]) => {
    if (!placeOf(file)) return [`${file} is on no floor`];
    return names.flatMap((name) => {
      const problem = problemOf(file, name);
      return problem ? [`${file} imports ${name}: ${problem}`] : [];
    });
  });
}

function problemOf(file: string, name: string): string | undefined {
  if (name === computed) return 'a name that is computed cannot be checked';
  if (!name.startsWith('.')) {
    const [, owner = name] = /^((@[^/]+\/)?[^/]+)/.exec(name) ?? [];
    const homes = packages[owner];
    return homes && !homes.some((home) => matches(home, file)) ? `only ${homes.join(', ')} may` : undefined;
  }
  const target = fileOf(file, name);
  const [from, to] = [placeOf(file), placeOf(target)];
  if (!from || !to) return `${target} is on no floor`;
  if (from.room === to.room) return undefined;
  if (matches(hidden.folder, target) && file !== hidden.from) return `only ${hidden.from} may`;
  return from.floor < to.floor ? undefined : `${to.room} is not below ${from.room}`;
}

/** The floor of a file, counted from the top, and the folder or line of files that it belongs to. */
function placeOf(file: string): { floor: number; room: string } | undefined {
  for (const [floor, line] of floors.entries()) {
    const name = line.split(' ').find((each) => matches(each, file));
    if (name?.endsWith('/')) return { floor, room: file.split('/', name.split('/').length - 1).join('/') };
    if (name) return { floor, room: line };
  }
  return undefined;
}

/** Whether a file is the one that is named, or in the folder that is named; `*` is any name. */
function matches(name: string, file: string): boolean {
  const pattern = name.replaceAll('.', '\\.').replace('*', '[^/]+');
  return new RegExp(`^${pattern}${name.endsWith('/') ? '' : '$'}`).test(file);
}

/** Each circle of files once. */
function cyclesIn(program: Program): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (done.has(file)) return;
    done.add(file);
    for (const name of program.get(file) ?? []) if (name.startsWith('.')) visit(fileOf(file, name), [...path, file]);
  };
  for (const file of program.keys()) visit(file, []);
  return cycles;
}

function fileOf(importer: string, name: string): string {
  return posix.join(posix.dirname(importer), name.replace(/\?.*/, ''));
}

const computed = '(computed)';

/** All that a text imports: static, dynamic, exported again, or as a type. */
function importsOf(text: string): string[] {
  const names: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('type' in node && 'source' in node && node.source !== null) {
      const { value } = node.source as { value?: string };
      names.push(value ?? computed);
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseAst(text, { lang: 'ts' }));
  return names;
}

async function readSources(folder: string): Promise<Map<string, string>> {
  const entries = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts')).sort();
  const texts = entries.map(
    async (name) => [name.replaceAll(sep, '/'), await readFile(join(folder, name), 'utf8')] as const,
  );
  return new Map(await Promise.all(texts));
}
