import { execa } from 'execa';
import pMap from 'p-map';
import { expect, test } from 'vitest';
import { has } from '../support/has.ts';
import { bin, newMachine, run } from '../support/program.ts';

const link = 'Problems and questions: https://github.com/runapi-imagen/runapi-imagen/issues';

test('nothing typed: what it is, two examples and where to read more, in fifteen lines', async () => {
  const { exitCode, stdout, stderr } = await run(await newMachine(), []);
  expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' });
  expect(stderr.split('\n').length).toBeLessThanOrEqual(15);
  expect(stderr).toContain('Imagen 4 pictures through RunAPI');
  expect(stderr.match(/ {2}runapi-imagen generate/g)).toHaveLength(2);
  expect(stderr).toContain('runapi-imagen --help');
});

test.each([['--version'], ['-V'], ['generate --version'], ['-V status']])('%s is the version alone', async (line) => {
  const { exitCode, stdout, stderr } = await run(await newMachine(), line.split(' '));
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^\d+\.\d+\.\d+$/);
});

test('each command has one full help, however it is asked for: on stdout, examples first', async () => {
  const machine = await newMachine();
  const whole = (await run(machine, ['--help'])).stdout;
  const commands = [...whole.matchAll(/^ {2}([a-z]+)(?: \[| <| {2,})/gm)].map(([, name]) => String(name));
  expect(commands).toEqual(expect.arrayContaining(['generate', 'status', 'download', 'config', 'sandbox', 'help']));
  const paths = ['', ...commands.filter((name) => name !== 'help'), 'config set'];
  await pMap(
    paths,
    async (path) => {
      const words = path === '' ? [] : path.split(' ');
      const asked = [
        [...words, '-h'],
        [...words, '--help'],
        ['help', ...words],
        ['--help', ...words],
      ];
      const answers = await pMap(asked, (each) => run(machine, each), { concurrency: 2 });
      const [first] = answers;
      for (const { exitCode, stdout, stderr } of answers)
        expect({ path, exitCode, stdout, stderr }).toEqual({ path, exitCode: 0, stdout: first?.stdout, stderr: '' });
      expect(first?.stdout).toContain(`Usage: ${['runapi-imagen', ...words].join(' ')}`);
      expect(first?.stdout.trimEnd().endsWith(link)).toBe(true);
      if (path !== 'config set') expect(first?.stdout.startsWith('Examples:\n  ')).toBe(true);
    },
    { concurrency: 2 },
  );
});

test('the whole help names the flags that every command takes', async () => {
  const { stdout } = await run(await newMachine(), ['--help']);
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  for (const flag of ['--json', '--quiet', '--verbose', '--no-color', '--base-url <url>'])
    expect(stdout).toContain(flag);
});

test('a help begins with examples and ends with the link, with usage, description and flags between', async () => {
  const { exitCode, stdout, stderr } = await run(await newMachine(), ['balance', '--help']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toBe(`Examples:
  runapi-imagen balance
  runapi-imagen balance --json | jq .balance_cents

Usage: runapi-imagen balance [flags]

Print the balance of the key's account, in US dollars.

Flags:
  --sandbox         use the built-in sandbox: no key, no cost
  --json            print JSON lines on stdout
  -q, --quiet       print nothing but errors on stderr
  --verbose         log each HTTP exchange on stderr, without the key
  --no-color        disable color
  --base-url <url>  address of the service (default: https://runapi.ai)
  -h, --help        print this help

${link}`);
});

test.skipIf(!has('script'))('the help fits a terminal of 40 columns (needs script)', async () => {
  const { env, folder } = await newMachine();
  const line = `stty cols 40; '${process.execPath}' '${bin}' status --help`;
  const { stdout } = await execa('script', ['-qec', line, '/dev/null'], { cwd: folder, env, stdin: 'ignore' });
  const lines = stdout.replaceAll('\r', '').split('\n');
  const after = lines.slice(lines.indexOf('Flags:'), -2);
  expect(after.slice(1, 3)).toEqual(['  --wait', '      wait until each task ends']);
  for (const each of after) expect(each.length).toBeLessThanOrEqual(40);
});

test('every flag of generate has a long name and a meaning', async () => {
  const { stdout } = await run(await newMachine(), ['help', 'generate']);
  const flags = stdout.split('\n').filter((line) => /^ {2}-/.test(line));
  expect(flags.length).toBeGreaterThan(20);
  for (const line of flags) expect(line).toMatch(/^ {2}(-[a-zA-Z], )?--[a-z-]+( <[^>]+>)? {2,}\S/);
});
