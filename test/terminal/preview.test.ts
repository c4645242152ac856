/** @module-tag slow */
import { readFile } from 'node:fs/promises';
import { inflateSync } from 'node:zlib';
import { decode as decodePng, encode } from 'fast-png';
import { decode as decodeJpeg } from 'jpeg-js';
import { decodeAsync } from 'sixel';
import { describe, expect, test } from 'vitest';
import { readPixels, shrink } from '../../src/image/pixels.ts';
import { newMachine, run } from '../support/program.ts';
import { startService } from '../support/service.ts';
import { hasTerminal, runOnTerminal, type TerminalSize } from '../support/terminal.ts';

const esc = '\u001b';
const bell = '\u0007';
const iTerm = { TERM_PROGRAM: 'iTerm.app', TERM_PROGRAM_VERSION: '3.5.0' };
const inColour = { COLORTERM: 'truecolor' };
const jpeg = await readFile(new URL('../fixtures/images/baseline.jpg', import.meta.url));

const png = noisy(64, 32);

/** A picture that can't be packed: no two neighbours are alike. */
function noisy(width: number, height: number): Buffer {
  let state = 1;
  const data = new Uint8Array(width * height * 3).map(() => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  });
  return Buffer.from(encode({ width, height, data, channels: 3, depth: 8 }));
}

/** A progressive JPEG of 16 megapixels with thousands of scans that say nothing: small to send, slow to decode. */
function endlessJpeg(): Buffer {
  const blocks = 500 * 500;
  const segment = (code: number, ...bytes: number[]): Buffer =>
    Buffer.from([0xff, code, (bytes.length + 2) >> 8, (bytes.length + 2) & 255, ...bytes]);
  const table = (id: number, value: number): Buffer => segment(0xc4, id, 1, ...new Array<number>(15).fill(0), value);
  // A zero, then fourteen ones: no coefficients in the next 32,767 blocks.
  const runs = '011111111111111'.repeat(Math.ceil(blocks / 32_767));
  const bytes = runs.match(/.{1,8}/g)?.map((bits) => Number.parseInt(bits.padEnd(8, '1'), 2)) ?? [];
  const scan = [
    segment(0xda, 1, 1, 0, 1, 63, 0),
    Buffer.from(bytes.flatMap((byte) => (byte === 255 ? [255, 0] : [byte]))),
  ];
  return Buffer.concat([
    Buffer.from('ffd8', 'hex'),
    segment(0xdb, 0, ...new Array<number>(64).fill(1)),
    segment(0xc2, 8, 0x0f, 0xa0, 0x0f, 0xa0, 1, 1, 0x11, 0),
    table(0x00, 0),
    table(0x10, 0xe0),
    segment(0xda, 1, 1, 0, 0, 0, 0),
    Buffer.alloc(blocks / 8),
    ...new Array(20_000).fill(scan).flat(),
    Buffer.from('ffd9', 'hex'),
  ]);
}

/** What came on a terminal that is said to be of that kind. */
async function shown(picture: Buffer, env: Record<string, string>, size?: TerminalSize): Promise<string> {
  const service = await startService({ pictures: [picture] });
  const machine = await newMachine();
  const words = ['generate', 'a mug', '--preview', '--base-url', service.url];
  const { screen, exitCode } = await runOnTerminal(machine, words, env, size);
  expect(exitCode).toBe(0);
  return screen.toString('latin1');
}

describe.skipIf(!hasTerminal)('a preview at a terminal (needs script)', () => {
  test('Kitty gets the picture itself, in pieces that it takes', async () => {
    const large = noisy(128, 64);
    const screen = await shown(large, { KITTY_WINDOW_ID: '1', TERM: 'xterm-kitty' });
    const commands = [...screen.matchAll(new RegExp(`${esc}_G([^;]*);([^${esc}]*)${esc}\\\\`, 'g'))];
    expect(commands.length).toBeGreaterThan(1);
    expect(commands.map(([, keys]) => keys)).toEqual([
      'a=T,f=100,c=16,q=2,m=1',
      ...commands.slice(1, -1).map(() => 'm=1'),
      'm=0',
    ]);
    const payloads = commands.map(([, , payload]) => payload ?? '');
    expect(Math.max(...payloads.map(({ length }) => length))).toBeLessThanOrEqual(4096);
    const received = Buffer.from(payloads.join(''), 'base64');
    expect(received).toEqual(large);
    expect(decodePng(received).data).toEqual(decodePng(large).data);
  });

  test('Kitty gets the pixels of a JPEG', async () => {
    const screen = await shown(jpeg, { KITTY_WINDOW_ID: '1', TERM: 'xterm-kitty' });
    const commands = [...screen.matchAll(new RegExp(`${esc}_G([^;]*);([^${esc}]*)${esc}\\\\`, 'g'))];
    const { width, height, data } = decodeJpeg(jpeg, { useTArray: true });
    expect(commands[0]?.[1]).toContain(`f=32,s=${width},v=${height},o=z`);
    const payload = commands.map(([, , part]) => part).join('');
    expect(new Uint8Array(inflateSync(Buffer.from(payload, 'base64')))).toEqual(data);
  });

  test.each([
    ['PNG', png],
    ['JPEG', jpeg],
  ])('iTerm2 gets the %s itself', async (_, picture) => {
    const screen = await shown(picture, iTerm);
    const [, facts, payload] = new RegExp(`1337;File=([^:]*):([^${bell}]*)${bell}`).exec(screen) ?? [];
    expect(facts).toMatch(new RegExp(`^inline=1;size=${picture.length};width=\\d+;preserveAspectRatio=1$`));
    expect(Buffer.from(payload ?? '', 'base64')).toEqual(picture);
  });

  test('mlterm gets sixels of the same picture', async () => {
    const flat = Buffer.from(
      encode({ width: 24, height: 12, data: new Uint8Array(24 * 12 * 3).fill(128), channels: 3, depth: 8 }),
    );
    const screen = await shown(flat, { TERM: 'mlterm' });
    const [, sixels = ''] = new RegExp(`${esc}P[0-9;]*q([^${esc}]*)${esc}\\\\`).exec(screen) ?? [];
    const drawn = await decodeAsync(sixels);
    expect([drawn.width, drawn.height]).toEqual([24, 12]);
    const [red = 0, green = 0, blue = 0] = new Uint8Array(drawn.data32.buffer);
    // Sixels count colours in hundredths.
    for (const colour of [red, green, blue]) expect(Math.abs(colour - 128)).toBeLessThanOrEqual(2);
  });

  test('any other gets coloured half-blocks, two pixels each', async () => {
    const screen = await shown(png, inColour, { columns: 40, rows: 24 });
    const pair = new RegExp(`38;2;(\\d+);(\\d+);(\\d+)m${esc}\\[48;2;(\\d+);(\\d+);(\\d+)m\u00e2\u0096\u0080`, 'g');
    const blocks = [...screen.matchAll(pair)].map((match) => match.slice(1).map(Number));
    const pixels = readPixels(png);
    if (!pixels) throw new Error('the picture cannot be unpacked');
    const { data } = shrink(pixels, { width: 40, height: 20 });
    const colour = (at: number): number[] => [...data.slice(at * 4, at * 4 + 3)];
    const expected = Array.from({ length: 10 }, (_, row) =>
      Array.from({ length: 40 }, (__, column) => [
        ...colour(2 * row * 40 + column),
        ...colour((2 * row + 1) * 40 + column),
      ]),
    );
    expect(blocks).toEqual(expected.flat());
  });

  test('a JPEG made to take minutes is given up, and all else is done', { timeout: 40_000 }, async () => {
    const screen = await shown(endlessJpeg(), inColour);
    expect(screen).toMatch(/it\s+takes\s+too\s+long\s+to\s+decode/);
    expect(screen).toMatch(/✔ a mug|a-mug-\w+\.jpg/);
  });

  test.each([
    ['tmux', { TMUX: '/tmp/tmux', TERM: 'tmux-256color' }],
    ['screen', { STY: '1.pts', TERM: 'screen-256color' }],
    ['VS Code, where pictures may be turned off', { TERM_PROGRAM: 'vscode', TERM_PROGRAM_VERSION: '1.110.0' }],
  ])('half-blocks go through %s', async (_, env) => {
    const screen = await shown(png, { ...inColour, KITTY_WINDOW_ID: '', ...env });
    expect(screen).toContain('48;2;');
    expect(screen).not.toContain(`${esc}_G`);
    expect(screen).not.toContain('1337;File');
  });

  test.each([
    ['without colours', { NO_COLOR: '1' }],
    ['with FORCE_COLOR=0', { FORCE_COLOR: '0' }],
  ])('a terminal %s says that it shows none', async (_, env) => {
    const screen = await shown(png, env);
    expect(screen).toMatch(/this\s+terminal\s+cannot\s+show\s+it/);
    expect(screen).not.toContain('48;');
  });

  test('a dumb one gets nothing at all', async () => {
    const screen = await shown(png, { TERM: 'dumb' });
    expect(screen).not.toContain(esc);
    expect(screen).not.toContain('preview');
  });
});

test('off a terminal there is no preview, and nothing is wrong', async () => {
  const service = await startService();
  const machine = await newMachine();
  const env = { ...machine.env, KITTY_WINDOW_ID: '1', TERM: 'xterm-kitty' };
  const words = ['generate', 'a mug', '--preview', '--quiet', '-o', 'mug.png', '--base-url', service.url];
  const { exitCode, stdout, stderr } = await run({ ...machine, env }, words);
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: 'mug.png', stderr: '' });
});

test.each(['--preview', '--open'])('%s needs the picture', async (flag) => {
  const service = await startService();
  const words = ['generate', 'a mug', flag, '--no-wait', '--base-url', service.url];
  const { exitCode, stdout, stderr } = await run(await newMachine(), words);
  expect(stderr).toContain(`error: ${flag} needs the picture: leave --no-wait and --no-download out`);
  expect(stdout).toBe('');
  expect(exitCode).toBe(4);
  expect(service.calls).toEqual([]);
});
