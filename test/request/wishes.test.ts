import { expect, test } from 'vitest';
import { flagSource, namedSource, settingSource } from '../../src/request/sources.ts';
import { parseWishes } from '../../src/request/wishes.ts';

function wishes(flags: object, settings: object = {}): unknown {
  const problems: string[] = [];
  return parseWishes([flagSource(flags), settingSource(settings)], problems) ?? problems;
}

const usual = {
  wait: true,
  pollUntilEnd: true,
  download: true,
  timeoutMs: 900_000,
  pollIntervalMs: undefined,
  maxBytes: 256 * 1024 * 1024,
};

test.each([
  ['nothing', {}, {}, usual],
  ['a setting', {}, { timeout: '90s' }, { ...usual, timeoutMs: 90_000 }],
  [
    'flags',
    { wait: false, download: false, timeout: '1h', pollInterval: '500ms', maxBytes: '2MB', maxCost: '$.25' },
    { timeout: '90s' },
    {
      wait: false,
      pollUntilEnd: true,
      download: false,
      timeoutMs: 3_600_000,
      pollIntervalMs: 500,
      maxBytes: 2_000_000,
      maxCost: 25_000_000,
      maxCostName: '--max-cost',
    },
  ],
])('reads %s', (_, flags, settings, expected) => {
  expect(wishes(flags, settings)).toEqual(expected);
});

test('every problem is told, with the name that the value was given by', () => {
  expect(wishes({ pollInterval: '0', maxBytes: 'big', maxCost: '1e3' }, { timeout: 'soon' })).toEqual([
    'Invalid setting timeout "soon": use a duration such as 90s or 15m. The command config set timeout changes it.',
    'Invalid --poll-interval "0": use a duration such as 2s or 500ms',
    'Invalid --max-bytes "big": use a size such as 20MB',
    'Invalid --max-cost "1e3": use an amount of US dollars such as 0.50',
  ]);
});

test('a tool gives numbers: seconds and dollars', () => {
  const problems: string[] = [];
  const given = namedSource({ timeout: 50, max_cost_usd: 0.05 }, { maxCost: 'max_cost_usd' });
  expect(parseWishes([given], problems)).toMatchObject({ timeoutMs: 50_000, maxCost: 5_000_000 });
  expect(parseWishes([namedSource({ max_cost_usd: -1 }, { maxCost: 'max_cost_usd' })], problems)).toBeUndefined();
  expect(problems).toEqual(['Invalid max_cost_usd -1: use an amount of US dollars such as 0.50']);
});
