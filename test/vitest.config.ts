import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Most tests wait for child processes: one worker fewer than there are cores would leave the machine idle.
    maxWorkers: 6,
    // CI runs on two busy cores: a test that a slow moment broke is run once more, and the report names it.
    retry: process.env.CI ? 1 : 0,
  },
});
