import { describe, expect, test } from 'vitest';
import { fuzz, portions } from './fuzz.ts';

describe('whatever is read: no crash, no key in a message, no prototype changed', () => {
  test.each([...portions(1200)].map(([target, cases]) => [target.name, target, cases] as const))(
    '%s',
    async (_, target, cases) => {
      const { failure } = await fuzz(target, Math.max(cases, 10), 1);
      expect(failure).toBeUndefined();
    },
  );
});
