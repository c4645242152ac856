import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../src/terminal/columns.ts';
import { wrapped } from '../../src/terminal/wrap.ts';

describe('forty columns', () => {
  test.each([
    ['a short text', 'Free some space', ['Free some space']],
    [
      'words',
      'error: the record of paid tasks cannot be written: there is no home folder',
      ['error: the record of paid tasks cannot', 'be written: there is no home folder'],
    ],
    [
      'a command',
      'To make a picture of it: runapi-imagen generate "a mug". --help lists the commands',
      ['To make a picture of it:', 'runapi-imagen generate "a mug". --help', 'lists the commands'],
    ],
    [
      'a subcommand',
      'Compare it with the one at https://runapi.ai, then: runapi-imagen config set api-key',
      ['Compare it with the one at', 'https://runapi.ai, then:', 'runapi-imagen config set api-key'],
    ],
    [
      'a command in a sentence',
      'Look there: npx runapi-imagen history lists what it knows',
      ['Look there: npx runapi-imagen history', 'lists what it knows'],
    ],
    [
      'a variable before a command',
      'Try it: RUNAPI_API_KEY=any runapi-imagen models to see',
      ['Try it:', 'RUNAPI_API_KEY=any runapi-imagen models', 'to see'],
    ],
    [
      'a URL that is longer than the line',
      'Pictures are at https://files.example.com/0123456789/0123456789/a.png for seven days',
      ['Pictures are at', 'https://files.example.com/0123456789/0123456789/a.png', 'for seven days'],
    ],
    [
      'wide letters',
      '그림을 만들 수 없습니다: 폴더에 쓸 권한이 없습니다',
      ['그림을 만들 수 없습니다: 폴더에 쓸', '권한이 없습니다'],
    ],
    ['each line of several', 'a\n  b', ['a', '  b']],
  ])('%s', (_, text, lines) => {
    expect(wrapped(text, 40).split('\n')).toEqual(lines);
  });

  test('a command that the text ends with stays whole, whatever is in it', () => {
    const resume = 'runapi-imagen batch rows.csv then more of it';
    expect(wrapped(`Continue with: ${resume}`, 40, resume)).toBe(`Continue with:\n${resume}`);
  });

  test('colours take no columns', () => {
    const text = `\u001b[31merror:\u001b[39m ${'x'.repeat(33)}`;
    expect(wrapped(text, 40)).toBe(text);
  });
});

test('off a terminal nothing is wrapped', () => {
  const text = 'word '.repeat(100);
  expect(wrapped(text, 0)).toBe(text);
});

test('no line but a single word or command is wider than the terminal', () => {
  const text = 'Save it within 7 days, or the service deletes it; run the command again to continue where it ended';
  for (let columns = 12; columns < 110; columns += 1) {
    const lines = wrapped(text, columns).split('\n');
    expect(lines.join(' ')).toBe(text);
    for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
  }
});
